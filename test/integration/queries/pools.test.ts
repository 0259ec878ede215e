import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HealthEvent } from '../../../common/api';
import { at, documents, eventually } from '../../support/elasticsearch';
import { startTestStack } from '../../support/stack';
import { rotaApi } from './node';

/**
 * A real HAProxy, nginx and webapps: both webapps of frontend-2 break, then nginx of frontend-1 is stopped. What the
 * plugin rebuilds from the probes that nginx logged is held against what HAProxy itself logged of its servers.
 */
const PROBE_S = 2;
const URL = process.env['ROTA_TEST_ELASTICSEARCH_URL'];

interface Word {
  t: number;
  host: string;
  up: boolean;
}

let running: Awaited<ReturnType<typeof startTestStack>>;
let words: Word[];
let replayed: HealthEvent[];
let spoken: HealthEvent[];
let stopTraffic: () => Promise<number>;
let sent = 0;

beforeAll(async () => {
  const namespace = `pools${Date.now() % 1_000_000}`;
  running = await startTestStack({ namespace, ...(URL ? { elasticsearch: { url: URL } } : {}) });
  const { stack } = running;
  const begin = Date.now();
  stopTraffic = traffic(stack.status().urls['site'] as string);
  await sleep(8000);
  for (const webapp of ['web-3', 'web-4']) await stack.fail(webapp, { status: 503 });
  await sleep(12_000);
  for (const webapp of ['web-3', 'web-4']) await stack.mend(webapp);
  await sleep(10_000);
  await stack.stop('frontend-1');
  await sleep(14_000);
  await stack.start('frontend-1');
  await sleep(12_000);
  sent = await stopTraffic();
  const end = Date.now();
  words = await eventually(
    () => haproxyWords(stack.elasticsearchUrl, namespace),
    (list) => list.length >= 4,
  );
  await sleep(3000);
  const client = new Client({ node: stack.elasticsearchUrl });
  const range = { from: new Date(begin).toISOString(), to: new Date(end).toISOString(), buckets: 120 };
  const settings = { monitor: { interval_s: PROBE_S }, in_flight_s: 1 };
  const ejections = async (changes: object) => {
    const { data } = await rotaApi(client, namespace, { ...settings, ...changes }).ask('health', range);
    return data.overview!.events.filter(({ kind }) => kind === 'ejected');
  };
  replayed = await ejections({ balancer_words: false });
  spoken = await ejections({});
});
afterAll(() => running?.stop());

/** Some twenty requests a second until it is stopped; then how many were answered. */
function traffic(site: string): () => Promise<number> {
  let go = true;
  let answered = 0;
  const one = async () => {
    while (go) {
      await fetch(`${site}products/1`, { headers: { 'user-agent': 'rota-test' } }).then(
        (response) => {
          answered++;
          return response.arrayBuffer();
        },
        () => undefined,
      );
      await sleep(50);
    }
  };
  const workers = [one(), one()];
  return async () => {
    go = false;
    await Promise.all(workers);
    return answered;
  };
}

async function haproxyWords(url: string, namespace: string): Promise<Word[]> {
  const hits = await documents(url, `logs-haproxy.log-${namespace}`, {
    terms: { 'event.action': ['server_up', 'server_down'] },
  });
  return hits
    .map(({ _source }) => ({
      t: Date.parse(String(at(_source, '@timestamp'))),
      host: String(at(_source, 'haproxy.server_name')),
      up: at(_source, 'event.action') === 'server_up',
    }))
    .sort((a, b) => a.t - b.t);
}

describe('the rebuilt pool state in the running stack', () => {
  test('HAProxy itself took both frontends out and back, once each', () => {
    expect(sent).toBeGreaterThan(500);
    expect(words.map(({ host, up }) => [host, up])).toEqual([
      ['frontend-2', false],
      ['frontend-2', true],
      ['frontend-1', false],
      ['frontend-1', true],
    ]);
  });

  test('the replay of probes finds the same ejections and returns, within one probe interval', () => {
    const [down2, up2, down1, up1] = words.map(({ t }) => t) as [number, number, number, number];
    expect(replayed.map(({ hosts }) => hosts)).toEqual([['frontend-2'], ['frontend-1']]);
    const margin = PROBE_S * 1000 + 300; // HAProxy spreads its probes and writes its words a little after them
    const off = replayed.flatMap(({ since, until }, i) => [since - [down2, down1][i]!, until! - [up2, up1][i]!]);
    for (const ms of off) expect(Math.abs(ms), `off by ${off.join(', ')} ms`).toBeLessThanOrEqual(margin);
  });

  test('with HAProxy’s words the times are its own', () => {
    expect(spoken.map(({ hosts, since, until, evidence }) => [hosts[0], since, until, evidence])).toEqual([
      ['frontend-2', words[0]!.t, words[1]!.t, 'own_words'],
      ['frontend-1', words[2]!.t, words[3]!.t, 'own_words'],
    ]);
  });

  test('the detection gap begins with the first user request that was hurt', () => {
    const [event] = spoken;
    expect(event!.users_hurt).toBeGreaterThan(0);
    expect(event!.gap_ms).toBeGreaterThan(0);
    expect(event!.gap_ms).toBeLessThan(4 * PROBE_S * 1000);
    expect(event!.cause).toMatch(/Layer7 .*503.*web-3 and web-4 both answered 5XX/);
  });
});
