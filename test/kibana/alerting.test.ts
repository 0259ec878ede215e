import { beforeAll, describe, expect, inject, it } from 'vitest';
import { FEATURE, RULE_TYPE } from '../../common/alerting';
import { BROKEN_WEBAPP, FAILED_FRONTEND, SLOW_NODE } from '../fixtures/morning/story';
import { documents, eventually } from '../support/elasticsearch';
import { kibanaApi, ok } from '../support/kibana/api';
import { loadMorningNow } from './shifted_morning';

const { elasticsearchUrl, urls } = inject('kibana');
const api = kibanaApi(urls[0]!);
/** Where the rule's action writes what it was told. */
const TOLD = 'rota-alerts-told';
const MINUTE = 60_000;

interface Told {
  alert: string;
  group: string;
  reason: string;
  url: string;
}

const told = async (): Promise<Told[]> =>
  (await documents(elasticsearchUrl, TOLD)).map(({ _source }) => _source as unknown as Told);

let failedAt: number;
let ruleId: string;

beforeAll(async () => {
  failedAt = await loadMorningNow(elasticsearchUrl);
  const connector = await ok(
    api('POST', '/api/actions/connector', {
      name: 'told',
      connector_type_id: '.index',
      config: { index: TOLD, refresh: true },
      secrets: {},
    }),
  );
  const action = (group: string, reason: string) => ({
    id: connector['id'],
    group,
    params: { documents: [{ alert: '{{alert.id}}', group, reason, url: '{{{context.url}}}' }] },
    frequency: { summary: false, notify_when: 'onActionGroupChange', throttle: null },
  });
  const rule = await ok(
    api('POST', '/api/alerting/rule', {
      name: 'A host fell',
      rule_type_id: RULE_TYPE,
      consumer: FEATURE,
      schedule: { interval: '10s' },
      params: { window_min: 15 },
      actions: [action('default', '{{context.reason}}'), action('recovered', '')],
    }),
  );
  ruleId = String(rule['id']);
});

describe('the rule type rota.health in Kibana', () => {
  it('is registered, for the feature rota', async () => {
    const { status, body } = await api('GET', '/api/alerting/rule_types');
    expect(status).toBe(200);
    const types = body as unknown as { id: string; producer: string; authorized_consumers: object }[];
    expect(types.find(({ id }) => id === RULE_TYPE)).toMatchObject({
      producer: FEATURE,
      authorized_consumers: { [FEATURE]: { read: true, all: true } },
    });
  });

  it('refuses parameters that cannot be used, with a sentence', async () => {
    const { status, body } = await api('POST', '/api/alerting/rule', {
      name: 'Never',
      rule_type_id: RULE_TYPE,
      consumer: FEATURE,
      schedule: { interval: '1m' },
      params: { window_min: 0, kinds: [] },
      actions: [],
    });
    expect(status).toBe(400);
    expect(String(body['message'])).toMatch(/window_min: .+ kinds: Choose at least one kind of event/);
  });

  it('fires when a frontend leaves the pool, for a 5XX burst and for an unfair share', async () => {
    const wanted = [`ejected:${FAILED_FRONTEND.host}`, `burst:${BROKEN_WEBAPP.host}`, `uneven:${SLOW_NODE.frontend}`];
    const active = async () => (await told()).filter(({ group }) => group === 'default');
    const all = await eventually(
      active,
      (list) => wanted.every((id) => list.some(({ alert }) => alert === id)),
      3 * MINUTE,
    );
    expect(all.map(({ alert }) => alert)).toEqual(expect.arrayContaining(wanted));
    const ejection = all.find(({ alert }) => alert === wanted[0])!;
    expect(ejection.reason).toMatch(/^frontend-2: ejected\. .+ user requests were hurt\.$/);
    expect(Date.now()).toBeGreaterThan(failedAt);
    const { pathname, searchParams } = new URL(ejection.url, 'http://kibana.example');
    expect(pathname).toBe('/app/rota/health');
    expect(Date.parse(searchParams.get('from')!)).toBeLessThan(failedAt);
    const health = await ok(
      api(
        'POST',
        '/internal/rota/v1/health',
        Object.fromEntries(['from', 'to'].map((name) => [name, searchParams.get(name)])),
      ),
    );
    const { events } = (health['data'] as { overview: { events: { id: string; hosts: string[] }[] } }).overview;
    expect(events.find(({ id }) => id === searchParams.get('event'))?.hosts).toEqual([FAILED_FRONTEND.host]);
  });

  it(
    'tells each once while it lasts, and recovers when the frontend is back',
    async () => {
      const id = `ejected:${FAILED_FRONTEND.host}`;
      const mine = async () => (await told()).filter(({ alert }) => alert === id).map(({ group }) => group);
      const groups = await eventually(mine, (list) => list.includes('recovered'), 7 * MINUTE);
      expect(groups.sort()).toEqual(['default', 'recovered']);
      const returned = failedAt - FAILED_FRONTEND.from + FAILED_FRONTEND.to;
      expect(Date.now()).toBeGreaterThan(returned);
      const rule = await ok(api('GET', `/api/alerting/rule/${ruleId}`));
      expect(rule['execution_status']).toMatchObject({ status: expect.stringMatching(/^(ok|active)$/) });
    },
    10 * MINUTE,
  );
});

describe('pool events, recorded by task manager', () => {
  interface Recorded {
    event: { action: string };
    host: { name: string };
    rota: { health: { duration?: number } };
  }
  const recorded = async () =>
    (await documents(elasticsearchUrl, 'logs-rota.health-rota')).map(({ _source }) => _source as unknown as Recorded);
  const named = (list: Recorded[]) => list.map(({ event, host }) => `${event.action} ${host.name}`).sort();

  it('is one task for both Kibanas', async () => {
    const response = await fetch(
      `${elasticsearchUrl}/.kibana_task_manager/_search?q=task.taskType:"rota\\:record_health"`,
    );
    const { hits } = (await response.json()) as { hits: { hits: { _id: string; _source: { task: object } }[] } };
    expect(hits.hits.map(({ _id }) => _id)).toEqual(['task:rota-record-health']);
    expect(hits.hits[0]!._source.task).toMatchObject({ schedule: { interval: '1m' } });
  });

  it(
    'holds the ejection and the return once each, though two Kibanas run',
    async () => {
      const host = FAILED_FRONTEND.host;
      const wanted = [`ejected ${host}`, `returned ${host}`];
      const all = await eventually(
        async () => (await recorded()).filter(({ host: { name } }) => name === host),
        (list) => list.length >= wanted.length,
        5 * MINUTE,
      );
      expect(named(all)).toEqual(wanted);
      const everything = named(await recorded());
      expect(new Set(everything).size).toBe(everything.length);
      const back = all.find(({ event }) => event.action === 'returned')!;
      expect(back.rota.health.duration).toBeGreaterThan(60e9);
    },
    10 * MINUTE,
  );
});
