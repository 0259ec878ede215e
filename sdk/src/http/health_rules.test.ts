import { describe, expect, it } from 'vitest';
import { compileHealthRules, defaultHealthRules, type Probe } from './health_rules.js';

const probe = (over: Partial<Probe> = {}): Probe => ({
  userAgent: 'Mozilla/5.0',
  path: '/',
  method: 'GET',
  client: '10.0.0.5',
  forwarded: false,
  balancer: false,
  ...over,
});

describe('health checks', () => {
  const byDefault = compileHealthRules(defaultHealthRules({}));

  it.each([
    'kube-probe/1.29',
    'ELB-HealthChecker/2.0',
    'GoogleHC/1.0',
    'HAProxy',
    'Consul Health Check',
    'Envoy/HC',
    'Rota-Health-Check',
  ])('%s is known by name, from the balancer and the sources that are set', (userAgent) => {
    const named = { userAgent, path: '/any' };
    const withSources = compileHealthRules(defaultHealthRules({ ROTA_HEALTH_SOURCES: '10.0.0.0/24' }));
    expect(byDefault(probe({ ...named, balancer: true }))).toBe(true);
    expect(withSources(probe(named))).toBe(true);
    // Whoever else writes that is a visitor.
    expect(byDefault(probe(named))).toBe(false);
    expect(withSources(probe({ ...named, client: '203.0.113.9' }))).toBe(false);
  });

  it('takes a request for / without a name for a probe, if nobody beyond the trusted proxies sent it on', () => {
    expect(byDefault(probe({ userAgent: undefined }))).toBe(true);
    expect(byDefault(probe({ userAgent: '-', method: 'OPTIONS' }))).toBe(true);
    expect(byDefault(probe({ userAgent: undefined, forwarded: true }))).toBe(false);
    expect(byDefault(probe({ userAgent: undefined, path: '/shop' }))).toBe(false);
    expect(byDefault(probe({ userAgent: undefined, method: 'POST' }))).toBe(false);
    expect(byDefault(probe())).toBe(false);
  });

  it('reads the same variables as the pipeline', () => {
    const test = compileHealthRules(
      defaultHealthRules({
        ROTA_HEALTH_AGENTS: 'Our.Monitor',
        ROTA_HEALTH_PATHS: '/up, /alive',
        ROTA_HEALTH_METHODS: 'HEAD',
        ROTA_HEALTH_SOURCES: '10.0.0.0/24',
      }),
    );
    expect(test(probe({ userAgent: 'x Our.Monitor/1' }))).toBe(true);
    expect(test(probe({ userAgent: 'x Our-Monitor/1' }))).toBe(false);
    expect(test(probe({ userAgent: 'kube-probe/1' }))).toBe(false);
    expect(test(probe({ userAgent: undefined, path: '/alive', method: 'HEAD' }))).toBe(true);
    expect(test(probe({ userAgent: undefined, path: '/alive', method: 'HEAD', client: '10.0.1.5' }))).toBe(false);
  });

  it('asks a rule for the balancer of the balancer alone', () => {
    const test = compileHealthRules([{ userAgent: /^ours/, balancer: true }]);
    expect(test(probe({ userAgent: 'ours/1' }))).toBe(false);
    expect(test(probe({ userAgent: 'ours/1', balancer: true }))).toBe(true);
    expect(test(probe({ userAgent: 'theirs/1', balancer: true }))).toBe(false);
  });

  it('wants all that a rule gives, and any of several rules', () => {
    const test = compileHealthRules([
      { path: '/up', method: 'GET', source: ['10.0.0.0/24'] },
      { userAgent: /^curl/g, path: ['/a', '/b'] },
    ]);
    expect(test(probe({ path: '/up' }))).toBe(true);
    expect(test(probe({ path: '/up', client: '10.0.1.1' }))).toBe(false);
    expect(test(probe({ path: '/up', method: 'HEAD' }))).toBe(false);
    expect(test(probe({ path: '/b', userAgent: 'curl/8' }))).toBe(true);
    expect(test(probe({ path: '/b', userAgent: 'curl/8' }))).toBe(true);
    expect(test(probe({ path: '/c', userAgent: 'curl/8' }))).toBe(false);
  });
});
