import { connect } from 'node:net';
import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TraceData } from '../../common/api/index.js';
import { SUBJECTS } from '../../public/test_subjects.js';
import { balancerStats } from '../../stack/services/haproxy.js';
import { openBrowser, openPage, subject } from '../support/browser.js';
import { at, documents, eventually, type Hit } from '../support/elasticsearch.js';
import { isLoopback, listeningOf } from '../support/listening.js';
import { startTestStack } from '../support/stack.js';

const REQUESTS = 400;
/** Where each request leaves a line. */
const DATASETS = ['haproxy.log', 'nginx.access', 'rota.access'] as const;
const USERS = { bool: { must_not: { term: { tags: 'health_check' } } } };

interface Answer {
  id: string;
  host: string;
  status: number;
}

let running: Awaited<ReturnType<typeof startTestStack>>;
let answers: Answer[];

beforeAll(async () => {
  running = await startTestStack();
  answers = await sendRequests(running.stack.status().urls['site'] as string);
});
afterAll(() => running?.stop());

/** 400 real requests, eight at a time; every fourth brings its own request id. */
async function sendRequests(site: string): Promise<Answer[]> {
  const one = async (n: number): Promise<Answer> => {
    const response = await fetch(`${site}products/${n}?turn=${n}`, {
      headers: { 'user-agent': 'rota-test', ...(n % 4 === 0 ? { 'x-request-id': `test-${n}` } : {}) },
    });
    await response.arrayBuffer();
    return {
      id: response.headers.get('x-request-id') ?? '',
      host: response.headers.get('x-served-by') ?? '',
      status: response.status,
    };
  };
  const all: Answer[] = [];
  for (let n = 0; n < REQUESTS; n += 8) {
    all.push(...(await Promise.all(Array.from({ length: 8 }, (_, k) => one(n + k)))));
  }
  return all;
}

function countBy<T>(list: T[], key: (item: T) => unknown): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of list) counts[String(key(item))] = (counts[String(key(item))] ?? 0) + 1;
  return counts;
}

/** The user requests of one data set, once all have arrived (or the time is over). */
const logged = (dataset: string) =>
  eventually(
    () => documents(running.stack.elasticsearchUrl, `logs-${dataset}-rota`, USERS),
    (hits) => hits.length >= REQUESTS,
  );

const ids = (hits: Hit[]) => hits.map((hit) => at(hit._source, 'http.request.id')).sort();

describe('400 requests through the real stack', () => {
  test('every request was answered with its own id by one of the four webapps', () => {
    expect(countBy(answers, (answer) => answer.status)).toEqual({ 200: REQUESTS });
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(REQUESTS);
    expect(answers.filter((answer) => /^test-\d+$/.test(answer.id))).toHaveLength(REQUESTS / 4);
    expect(Object.keys(countBy(answers, (answer) => answer.host)).sort()).toEqual(['web-1', 'web-2', 'web-3', 'web-4']);
  });

  test.each(DATASETS)('%s holds each of them exactly once, by request id', async (dataset) => {
    const hits = await logged(dataset);
    expect(ids(hits)).toEqual(answers.map((answer) => answer.id).sort());
    expect(countBy(hits, (hit) => at(hit._source, 'http.response.status_code'))).toEqual({ 200: REQUESTS });
    expect(countBy(hits, (hit) => at(hit._source, 'rota.tier'))).toEqual({
      [{ 'haproxy.log': 'lb', 'nginx.access': 'frontend', 'rota.access': 'webapp' }[dataset]]: REQUESTS,
    });
  });

  test('the balancer spread them over the frontends as its own statistics say', async () => {
    const byFrontend = countBy(await logged('nginx.access'), (hit) => at(hit._source, 'host.name'));
    const own = (await balancerStats(running.stack.ports.haproxyStats)).map(({ server, sessions }) => [
      server,
      sessions,
    ]);
    expect(byFrontend).toEqual(Object.fromEntries(own));
    const byServer = countBy(await logged('haproxy.log'), (hit) => at(hit._source, 'haproxy.server_name'));
    expect(byServer).toEqual(byFrontend);
  });

  test('the frontends spread them over the webapps as the answers said', async () => {
    const answered = countBy(answers, (answer) => answer.host);
    expect(countBy(await logged('rota.access'), (hit) => at(hit._source, 'host.name'))).toEqual(answered);
    const port = (address: unknown) => Number(String(address).split(':').at(-1));
    const byAddress = countBy(
      await logged('nginx.access'),
      (hit) => `web-${port(at(hit._source, 'rota.upstream.address')) - running.stack.ports.webapp(0)}`,
    );
    expect(byAddress).toEqual(answered);
  });

  test('one request is joined over the three tiers by its id', async () => {
    const sample = answers[Math.floor(REQUESTS / 2)] as Answer;
    for (const dataset of DATASETS) await logged(dataset);
    const lines = await documents(running.stack.elasticsearchUrl, 'logs-*-rota', {
      term: { 'http.request.id': sample.id },
    });
    const byTier = Object.fromEntries(lines.map((hit) => [at(hit._source, 'rota.tier'), at(hit._source, 'host.name')]));
    expect(byTier).toMatchObject({ lb: 'lb-1', webapp: sample.host });
    const frontend = Number(sample.host.slice(4)) <= 2 ? 'frontend-1' : 'frontend-2';
    expect(byTier).toMatchObject({ frontend });
  });

  test('the SDK numbers its events without a gap, and the number is in the id', async () => {
    const read = async () => {
      const runs = new Map<string, number[]>();
      for (const dataset of ['rota.access', 'rota.app', 'rota.sdk']) {
        for (const hit of await documents(running.stack.elasticsearchUrl, `logs-${dataset}-rota`)) {
          const run = String(at(hit._source, 'agent.ephemeral_id'));
          const sequence = Number(at(hit._source, 'event.sequence'));
          expect(hit._id).toBe(`${run}-${sequence}`);
          runs.set(
            run,
            [...(runs.get(run) ?? []), sequence].sort((a, b) => a - b),
          );
        }
      }
      return runs;
    };
    // An earlier number may be indexed a little after a later one.
    const runs = await eventually(read, (all) =>
      [...all.values()].every((sequences) => sequences.every((n, i) => n === i + 1)),
    );
    expect(runs.size).toBe(4);
    for (const sequences of runs.values()) expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  });

  test('health checks are told apart from traffic', async () => {
    const probes = await eventually(
      () => documents(running.stack.elasticsearchUrl, 'logs-nginx.access-rota', { term: { tags: 'health_check' } }),
      (hits) => hits.length >= 2,
    );
    expect(probes.length).toBeGreaterThanOrEqual(2);
    expect(new Set(probes.map((hit) => at(hit._source, 'url.path')))).toEqual(new Set(['/']));
  });

  test('a probe without a Host, as Octavia’s HTTP/1.0 ones are, is answered by a webapp, not refused before it', async () => {
    const frontend = running.stack.status().services.find(({ name }) => name === 'frontend-1')!;
    expect(await bareProbe(frontend.port as number)).toMatch(/^HTTP\/1\.[01] 200 /);
  });

  test('no other machine can reach any part of it, and the log server takes nothing in the clear', () => {
    const { services, ports } = running.stack;
    const open = [...services.values()].flatMap(({ spec, pid }) =>
      listeningOf(pid ?? 0).map((socket) => ({ service: spec.name, ...socket })),
    );
    expect(open.filter((socket) => !isLoopback(socket))).toEqual([]);
    expect(open.filter(({ service }) => service === 'log-1').map(({ port }) => port)).toEqual([ports.rsyslog.relps]);
    expect(open.length).toBeGreaterThan(8);
  });

  test('nothing became a dead letter', async () => {
    const letters = await documents(running.stack.elasticsearchUrl, 'logs-rota.deadletter-rota');
    const told = letters.map(
      ({ _source }) => `${at(_source, 'rota.reason')}: ${Buffer.from(String(at(_source, 'rota.raw')), 'base64')}`,
    );
    expect(told.slice(0, 5)).toEqual([]);
  });
});

describe('the Rotation page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  test('shows the 400 requests, each host with the share that the answers had, and the last of them', async () => {
    for (const dataset of DATASETS) await logged(dataset);
    const { page, errors } = await openPage(browser, running.stack.dashboardUrl);
    await subject(page, SUBJECTS.figure('requests')).getByText(String(REQUESTS), { exact: true }).waitFor();
    const answered = countBy(answers, (answer) => answer.host);
    for (const [host, count] of Object.entries(answered)) {
      const share = ((count / REQUESTS) * 100).toFixed(1);
      expect(await subject(page, SUBJECTS.share(host)).innerText(), host).toContain(share);
    }
    const rows = subject(page, SUBJECTS.lastRequests).locator('tbody tr');
    await rows.first().waitFor();
    const shown = await rows.allInnerTexts();
    expect(shown.length).toBeGreaterThanOrEqual(10);
    for (const row of shown)
      expect(row).toMatch(/200[\s\S]*GET[\s\S]*\/products\/\d+[\s\S]*frontend-[12][\s\S]*web-[1-4]/);
    expect(errors).toEqual([]);
  });
});

describe('a webapp that is gone', () => {
  test('leaves nginx’s own words in the traces of the requests that met it', async () => {
    const { stack } = running;
    await stack.stop('web-1');
    for (let n = 0; n < 24; n++) await (await fetch(`${stack.status().urls['site']}products/${n}`)).arrayBuffer();
    const first = async (dataset: string, filter: object[]) => {
      const hits = await eventually(
        () => documents(stack.elasticsearchUrl, `logs-${dataset}-rota`, { bool: { filter } }),
        (found) => found.length > 0,
      );
      return hits[0]!._source;
    };
    const failed = { term: { 'event.action': 'upstream_connect_failed' } };
    const byUsers = { prefix: { 'url.path': '/products' } };
    const error = await first('nginx.error', [failed, byUsers]);
    const connection = Number(at(error, 'nginx.error.connection_id'));
    const mine = [
      { term: { 'nginx.error.connection_id': connection } },
      { term: { 'host.name': at(error, 'host.name') } },
      { term: { 'url.path': at(error, 'url.path') } },
    ];
    const access = await first('nginx.access', mine);
    const answer = await fetch(new URL('/internal/rota/v1/trace', stack.dashboardUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'kbn-xsrf': 'rota' },
      body: JSON.stringify({ request_id: at(access, 'http.request.id') }),
    });
    const { data } = (await answer.json()) as { data: TraceData };
    const hop = data.hops.find(({ message }) => message?.startsWith('connect() failed (111'));
    expect(hop).toMatchObject({ host: 'frontend-1', label: 'nginx, same connection' });
    expect(data.hops.find(({ id }) => id === hop?.parent)).toMatchObject({ kind: 'attempt', host: 'web-1' });
  });
});

/** `GET / HTTP/1.0` and nothing more; the whole answer. */
function bareProbe(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text;
    });
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}
