import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURE, RULE_TYPE } from '../../common/alerting';
import { API } from '../../common/api';
import { FAILED_FRONTEND } from '../fixtures/morning/story';
import { eventually } from '../support/elasticsearch';
import { kibanaApi, ok } from '../support/kibana/api';
import { basic, type KibanaWorld, startKibanaWorld } from '../support/kibana/world';
import { loadMorningNow } from './shifted_morning';

const PASSWORD = 'a-test-password';
const STREAMS = 'logs-*-rota';
const READ = ['read', 'view_index_metadata'];
const MINUTE = 60_000;

/** What each user may: of Rota in Kibana, and of the data in Elasticsearch. */
const USERS = {
  reader: { rota: ['read'], indices: [{ names: [STREAMS], privileges: READ }] },
  second_reader: { rota: ['read'], indices: [{ names: [STREAMS], privileges: READ }] },
  nginx_only: { rota: ['read'], indices: [{ names: ['logs-nginx.*-rota'], privileges: READ }] },
  no_data: { rota: ['read'], indices: [] },
  no_rota: { rota: null, indices: [{ names: [STREAMS], privileges: READ }] },
  keeper: { rota: ['all'], indices: [{ names: [STREAMS], privileges: READ }] },
} as const;
type User = keyof typeof USERS;

let world: KibanaWorld;
/** A range that is over: its answers are kept for others who may see the same. */
let closed: { from: string; to: string };

const as = (user: User) => ({ authorization: basic(user, PASSWORD) });
const api = (headers: Record<string, string>) => kibanaApi(world.urls[0]!, headers);
const ask = async (headers: Record<string, string>, route: 'rotation' | 'health' = 'rotation') => {
  const { status, body } = await api(headers)('POST', API[route].path, { ...closed, parts: ['overview'] });
  return { status, code: body['code'], cached: body['cached'], data: body['data'] as Rotation | undefined };
};

interface Rotation {
  state: string;
  overview: { tiers: { tier: string; source: string; requests: number }[] } | null;
}

const elasticsearch = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${world.elasticsearchUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...world.admin },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
};

async function addUser(name: User): Promise<void> {
  const { rota, indices } = USERS[name];
  const kibana = rota ? [{ base: [], feature: { [FEATURE]: rota }, spaces: ['*'] }] : [];
  await ok(api(world.admin)('PUT', `/api/security/role/${name}`, { elasticsearch: { cluster: [], indices }, kibana }));
  await elasticsearch('PUT', `/_security/user/${name}`, { password: PASSWORD, roles: [name] });
}

beforeAll(async () => {
  world = await startKibanaWorld({ security: true });
  for (const name of Object.keys(USERS) as User[]) await addUser(name);
  const failed = await loadMorningNow(world.elasticsearchUrl, { headers: world.admin, beforeMs: 6 * MINUTE });
  closed = { from: new Date(failed - 6 * MINUTE).toISOString(), to: new Date(failed - 3 * MINUTE).toISOString() };
}, 10 * MINUTE);
afterAll(() => world?.stop());

describe('who sees what, with security on', () => {
  it('shows a reader every tier', async () => {
    const { status, data } = await ask(as('reader'));
    expect(status).toBe(200);
    const tiers = data?.overview?.tiers ?? [];
    expect(tiers.map(({ tier }) => tier)).toEqual(['frontend', 'webapp']);
    expect(tiers[0]).toMatchObject({ source: 'haproxy.log' });
    expect(tiers[0]!.requests).toBeGreaterThan(500);
    expect(tiers).toEqual((await ask(world.admin)).data?.overview?.tiers);
  });

  it('keeps a closed range for the same user, and for nobody else', async () => {
    await ask(as('second_reader'));
    expect(await ask(as('second_reader'))).toMatchObject({ status: 200, cached: true });
    // Never asked before: what the readers' answers left behind must not be theirs.
    for (const user of ['nginx_only', 'no_data', 'keeper'] as const) {
      expect((await ask(as(user))).cached, user).not.toBe(true);
    }
  });

  it('shows who may read nginx’s lines alone what those tell, and nothing of the balancer’s', async () => {
    const { status, data } = await ask(as('nginx_only'));
    expect(status).toBe(200);
    const sources = (data?.overview?.tiers ?? []).map(({ source }) => source);
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((source) => source !== 'nginx.access')).toEqual([]);
    expect(JSON.stringify(data)).not.toContain('lb-1');
  });

  it('refuses who may read nothing with a sentence that says which privilege is missing', async () => {
    const { status, body } = await api(as('no_data'))('POST', API.rotation.path, closed);
    expect({ status, code: body['code'] }).toEqual({ status: 403, code: 'forbidden' });
    expect(body['message']).toContain('view_index_metadata');
  });

  it('refuses who was not given Rota in Kibana, though Elasticsearch would answer', async () => {
    expect((await ask(as('no_rota'))).status).toBe(403);
  });

  it('refuses who is nobody', async () => {
    expect((await ask({})).status).toBe(401);
  });

  it('never keeps what an API key was told: a key may do less than its owner', async () => {
    const made = await fetch(`${world.elasticsearchUrl}/_security/api_key`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...as('keeper') },
      body: JSON.stringify({ name: 'test' }),
    });
    const { encoded } = (await made.json()) as { encoded: string };
    // The owner's own answer is in the cache.
    await ask(as('keeper'));
    for (const _ of [1, 2]) {
      const answer = await ask({ authorization: `ApiKey ${encoded}` });
      expect(answer.cached).not.toBe(true);
    }
  });
});

describe('rules and recording, with security on', () => {
  it('lets a keeper make a rule, which runs with the keeper’s rights and fires', async () => {
    const rule = await ok(
      api(as('keeper'))('POST', '/api/alerting/rule', {
        name: 'A host fell',
        rule_type_id: RULE_TYPE,
        consumer: FEATURE,
        schedule: { interval: '10s' },
        params: {},
        actions: [],
      }),
    );
    const status = async () => {
      const { execution_status } = await ok(api(as('keeper'))('GET', `/api/alerting/rule/${rule['id']}`));
      return (execution_status as { status: string }).status;
    };
    expect(await eventually(status, (told) => told === 'active', 3 * MINUTE)).toBe('active');
  });

  it('does not let a reader make one', async () => {
    const answer = await api(as('reader'))('POST', '/api/alerting/rule', {
      name: 'No',
      rule_type_id: RULE_TYPE,
      consumer: FEATURE,
      schedule: { interval: '1m' },
      params: {},
      actions: [],
    });
    expect(answer.status).toBe(403);
  });

  it(
    'records pool events once Kibana’s user has the privileges that docs/plugin.md names',
    async () => {
      const count = async () => {
        const found = await fetch(
          `${world.elasticsearchUrl}/logs-rota.health-rota/_count?q=host.name:${FAILED_FRONTEND.host}`,
          {
            headers: world.admin,
          },
        );
        return found.ok ? ((await found.json()) as { count: number }).count : 0;
      };
      expect(await eventually(count, (n) => n > 0, 4 * MINUTE)).toBeGreaterThan(0);
    },
    6 * MINUTE,
  );
});
