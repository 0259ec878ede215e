import { describe, expect, it } from 'vitest';
import { parseKql } from '../../common/kql';
import { linesAbout } from './host_lines';

describe('lines about a host', () => {
  const webapp = { host: 'web-3', tier: 'webapp' };

  it('of a webapp are its own and its frontends’ about its turns, retried ones included', () => {
    expect(linesAbout(webapp, ['10.0.0.3:8080'])).toBe(
      'host.name: "web-3" or rota.upstream.address: "10.0.0.3:8080" or rota.attempts: { address: "10.0.0.3:8080" }',
    );
    expect(linesAbout(webapp, [])).toBe('host.name: "web-3"');
  });

  it('of a frontend are its own and the balancer’s', () => {
    expect(linesAbout({ host: 'frontend-1', tier: 'frontend' }, ['10.0.0.3:80'])).toBe(
      'host.name: "frontend-1" or haproxy.server_name: ("frontend-1" or "10.0.0.3:80")',
    );
  });

  it.each([
    [webapp, [], false],
    [webapp, ['10.0.0.3:8080', '[fd00::3]:8080'], true],
    [{ host: 'a "quoted" \\ name', tier: 'frontend' }, [], true],
  ])('are a query that KQL takes: %o %o, failed: %s', (host, addresses, failed) => {
    expect(() => parseKql(linesAbout(host, addresses, failed))).not.toThrow();
  });
});
