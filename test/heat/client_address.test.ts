import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMap, parseYaml, type Yaml, type YamlMap } from '../../heat/yaml';
import { Authority, enrolment, isListening } from './support/authority';
import { Child } from './support/child';
import { Frontend } from './support/frontend';

const [AUTHORITY, INPUT, SITE, BALANCER] = [24_570, 24_571, 24_572, 24_573];
/** The edge network of this test: the balancer alone. The client calls from another loopback address. */
const [EDGE, BALANCER_ADDRESS, CLIENT, FORGED] = ['127.0.0.1/32', '127.0.0.1', '127.0.0.7', '203.0.113.66'];

/** What rota.yaml has its frontends trust, as Heat would resolve it. */
function trustedCidr(forwardedFor: boolean): string {
  const path = join(import.meta.dirname, '../../heat/rota.yaml');
  const resources = (parseYaml(readFileSync(path, 'utf8'), path) as Record<string, YamlMap>)['resources']!;
  const at = (node: Yaml | undefined, ...keys: string[]): Yaml | undefined =>
    keys.reduce((inner, key) => (isMap(inner) ? inner[key] : undefined), node);
  const choice = at(resources, 'settings', 'properties', 'value', 'trusted_cidr', 'if') as Yaml[];
  expect(choice[0]).toBe('forwarded');
  const chosen = choice[forwardedFor ? 1 : 2]!;
  if (!isMap(chosen)) return String(chosen);
  expect(chosen).toEqual({ get_param: 'edge_cidr' });
  return EDGE;
}

/** As Octavia renders a listener: `option forwardfor` where X-Forwarded-For is to be inserted, else headers pass. */
const haproxy = (insertsHeader: boolean) => `defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend site
  bind ${BALANCER_ADDRESS}:${BALANCER}
  ${insertsHeader ? 'option forwardfor' : ''}
  default_backend frontends
backend frontends
  source ${BALANCER_ADDRESS}
  server frontend-1 127.0.0.1:${SITE}
`;

describe.each([
  { forwardedFor: false, insertsHeader: false },
  { forwardedFor: false, insertsHeader: true },
  { forwardedFor: true, insertsHeader: true },
])(
  'the client’s address, forwarded_for $forwardedFor, balancer that inserts the header $insertsHeader (real HAProxy and nginx)',
  ({ forwardedFor, insertsHeader }) => {
    let authority: Authority;
    let frontend: Frontend;
    let site: Child;
    let balancer: Child;

    beforeAll(async () => {
      authority = await Authority.start(AUTHORITY);
      frontend = await Frontend.open(authority, enrolment('frontend-1'), { input: INPUT, site: SITE });
      expect((await frontend.refresh({ ROTA_NGINX_TRUSTED: trustedCidr(forwardedFor) })).code).toBe(0);
      site = new Child('/usr/sbin/nginx', ['-c', frontend.files.path('nginx/frontend.conf')]);
      await site.until(() => isListening(SITE));
      const config = frontend.files.path('haproxy.cfg');
      writeFileSync(config, haproxy(insertsHeader));
      balancer = new Child('/usr/sbin/haproxy', ['-db', '-f', config]);
      await balancer.until(() => isListening(BALANCER));
    });
    afterAll(async () => {
      await balancer?.stop();
      await site?.stop('SIGQUIT');
      await frontend?.close();
      await authority?.stop();
    });

    /** nginx's line about a request of the client's by the balancer. */
    async function logged(path: string, headers: Record<string, string | string[]>) {
      await new Promise<void>((resolve, reject) => {
        const options = { host: BALANCER_ADDRESS, port: BALANCER, localAddress: CLIENT, path, headers };
        request(options, (response) => response.resume().once('end', resolve))
          .once('error', reject)
          .end();
      });
      const file = frontend.files.path('access.log');
      let line: string | undefined;
      await expect
        .poll(() => {
          line = existsSync(file)
            ? readFileSync(file, 'utf8')
                .split('\n')
                .find((each) => each.includes(`GET ${path} `))
            : undefined;
          return line;
        })
        .toBeDefined();
      const { remote_addr, peer } = JSON.parse(line!) as { remote_addr: string; peer: string };
      expect(peer).toBe(BALANCER_ADDRESS);
      return remote_addr;
    }
    const expected = forwardedFor ? CLIENT : BALANCER_ADDRESS;

    it('is what the connection says, or the balancer', async () => {
      expect(await logged('/plain', {})).toBe(expected);
    });

    it('is never what the client wrote', async () => {
      expect(await logged('/forged', { 'X-Forwarded-For': FORGED })).toBe(expected);
      expect(await logged('/forged-list', { 'X-Forwarded-For': `${FORGED}, ${CLIENT}, 198.51.100.1` })).toBe(expected);
      expect(await logged('/forged-twice', { 'X-Forwarded-For': [FORGED, '198.51.100.1'] })).toBe(expected);
    });

    it('is not taken from a client that calls the frontend past the balancer', async () => {
      const direct = await Child.run('curl', [
        ...['--silent', '--interface', CLIENT, '-H', `X-Forwarded-For: ${FORGED}`, '--output', '/dev/null'],
        `http://127.0.0.1:${SITE}/direct`,
      ]);
      expect(direct.code).toBe(0);
      const line = () =>
        readFileSync(frontend.files.path('access.log'), 'utf8')
          .split('\n')
          .find((each) => each.includes('GET /direct '));
      await expect.poll(line).toContain(`"remote_addr":"${CLIENT}"`);
    });
  },
);
