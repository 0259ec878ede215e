import type { Doc } from '../../integration/queries/documents';

/**
 * Lines that nobody's software writes on a good day: those of the smallest known case that ended Kibana, and others of each
 * kind that a field can hold. Each is one that Elasticsearch takes.
 */
export const DAY_MS = 86_400_000;
export const LONG_ID = 'request-of-long-lines';
export const BUSY_ID = 'request-of-many-lines';
const MEBI = 1_000_000;

type Extra = Record<string, unknown>;

function lineOf(namespace: string) {
  let n = 0;
  return (dataset: string, t: number | string, host: unknown, extra: Extra = {}): Doc => {
    const id = `hostile-${n++}`;
    const { event, ...rest } = extra;
    const body = {
      '@timestamp': typeof t === 'number' ? new Date(t).toISOString() : t,
      event: { id, dataset, ...((event as Extra | undefined) ?? {}) },
      data_stream: { type: 'logs', dataset, namespace },
      host: { name: host },
      ...rest,
    };
    return { stream: `logs-${dataset}-${namespace}`, id, body };
  };
}
type Line = ReturnType<typeof lineOf>;

const answered = (status: unknown, path: unknown = '/') => ({
  http: { request: { method: 'GET' }, response: { status_code: status } },
  url: { path },
});
const through = (server: string, status = 200) => ({
  ...answered(status),
  haproxy: { server_name: server, backend_name: 'frontends' },
  rota: { tier: 'lb', pool: 'frontends' },
});
const probe = (status: number, source = '10.0.0.1') => ({
  ...answered(status),
  tags: ['health_check'],
  source: { ip: source },
  rota: { tier: 'frontend' },
});
const upstream = (address: string, status = 200) => ({
  ...answered(status),
  rota: { tier: 'frontend', pool: 'webapps', upstream: { address, status_code: status } },
});

/** 400 requests a day apart through one frontend, and two frontends that are probed today: the other is "dead" for a year. */
function* longGaps(line: Line, now: number): Generator<Doc> {
  for (let day = 0; day < 400; day++) {
    yield line('haproxy.log', now - day * DAY_MS - 1000, 'lb-1', through('frontend-1'));
    yield line('nginx.access', now - day * DAY_MS - 900, 'frontend-1', upstream('10.0.0.1:80'));
  }
  for (let i = 0; i < 30; i++) {
    for (const host of ['frontend-1', 'frontend-2']) {
      yield line('nginx.access', now - 600_000 + i * 10_000, host, probe(200));
    }
  }
}

/** Probes a millisecond apart, from which a long silence would be as many failed probes as it has milliseconds. */
function* closeProbes(line: Line, now: number): Generator<Doc> {
  for (let i = 0; i < 4; i++) yield line('nginx.access', now - 500_000 + i, 'a-frontend', probe(200, '10.0.0.9'));
  // As many sources as probes: each a balancer of its own.
  for (let i = 0; i < 300; i++) {
    yield line('nginx.access', now - 400_000 + i, 'frontend-3', probe(i % 2 ? 200 : 503, `10.1.${i >> 8}.${i & 255}`));
  }
}

/** Pools that change with each line: words of the balancer, nginx's own, failed attempts, recorded events. */
function* restless(line: Line, now: number): Generator<Doc> {
  for (let i = 0; i < 300; i++) {
    const t = now - 1_500_000 + i * 2000;
    const server = { server_name: 'frontend-4', backend_name: 'frontends' };
    const action = i % 2 ? 'server_up' : 'server_down';
    yield line('haproxy.log', t, 'lb-1', { event: { action, reason: 'x'.repeat(500) }, haproxy: server, rota: {} });
    yield line('nginx.error', t, `frontend-${i % 40}`, {
      event: { action: 'upstream_disabled' },
      rota: { upstream: { address: `10.2.0.${i % 200}:80` } },
    });
    yield line('nginx.access', t, `frontend-${i % 40}`, upstream(`10.3.0.${i % 250}:80`, 502));
    yield line('nginx.access', t + 500, 'frontend-5', probe(i % 4 ? 503 : 200));
    yield line('rota.health', t, `web-${i % 300}`, {
      rota: {
        health: {
          host: `web-${i % 300}`,
          tier: 'webapp',
          state: i % 2 ? 'returned' : 'ejected',
          cause: 'x'.repeat(500),
        },
      },
    });
  }
}

/** More of everything that a page lists: hosts, servers, addresses, pools, services, versions, paths, each with a long name. */
function* many(line: Line, now: number): Generator<Doc> {
  for (let i = 0; i < 300; i++) {
    const t = now - 1_700_000 + i * 5000;
    const name = (what: string, of = 300) => `${what}-${i % of}-${'n'.repeat(200)}`;
    yield line('nginx.access', t, name('frontend', 300), {
      ...answered(i % 3 ? 200 : 500, `/${name('path')}`),
      rota: { pool: name('pool', 500), upstream: { address: `${name('up')}:80`, status_code: i % 3 ? 200 : 500 } },
    });
    yield line('haproxy.log', t, name('lb', 40), {
      ...answered(i % 5 ? 200 : 503),
      haproxy: { server_name: name('server', 2000), backend_name: 'b' },
      rota: { pool: name('pool', 60) },
    });
    yield line('rota.access', t, name('web', 2000), {
      ...answered(i % 3 ? 200 : 500),
      service: { name: name('service', 1000), version: name('version'), environment: name('environment', 500) },
      server: { address: `10.${i % 250}.0.${i % 200}`, port: i % 65_536 },
    });
  }
}

/** Moments and numbers at the ends of what a field takes. */
function* extremes(line: Line, now: number): Generator<Doc> {
  const moments = [
    '0001-01-01T00:00:00Z',
    '1900-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '2199-12-31T23:59:59Z',
    '9999-12-31T23:59:59Z',
  ];
  for (const t of [...moments, '-62135596800000', '8640000000000001', '9223372036854775807'.slice(0, 17)]) {
    yield line('nginx.access', t, 'frontend-1', upstream('10.0.0.1:80', 500));
    yield line('nginx.access', t, 'frontend-1', probe(503));
    yield line('haproxy.log', t, 'lb-1', through('frontend-1', 503));
    yield line('rota.access', t, 'web-1', { ...answered(500), service: { name: 'shop', version: t } });
    yield line('rota.pipeline', t, 'log-1', {
      rota: { indexer: { indexed: 1e18, conflicts: 1e18, retries: -1, oldest_ms: 1e18 } },
    });
    yield line('rota.deadletter', t, 'log-1', { rota: { raw: 'AA==', reason: `${t}: x`, input: 'tcp' } });
  }
  const numbers = [-1, 1e18, 9_007_199_254_740_991, -9_007_199_254_740_991, 0];
  for (const [i, value] of numbers.entries()) {
    const event = { duration: value, created: '9999-12-31T23:59:59Z', ingested: '0001-01-01T00:00:00Z' };
    yield line('nginx.access', now - 60_000 - i, 'frontend-1', {
      ...answered(value),
      event,
      http: { request: { id: `extreme-${i}`, method: 'GET' }, response: { status_code: value } },
      rota: { upstream: { address: '10.0.0.1:80', status_code: value, duration: value } },
    });
    yield line('rota.access', now - 60_000 - i, 'web-1', { ...answered(500), event });
    yield line('rota.access', now - 50_000 - i, 'web-1', {
      ...answered(500),
      event: { ingested: '9999-12-31T23:59:59Z' },
    });
    yield line('rota.pipeline', now - 60_000 - i, 'log-1', {
      rota: { indexer: { indexed: value, oldest_ms: value }, rsyslog: { name: 'index', size: value } },
    });
  }
}

/** Lines of a megabyte, and lines with as many attempts as Elasticsearch takes. */
function* long(line: Line, now: number): Generator<Doc> {
  const text = 'word '.repeat(MEBI / 5);
  const stack = `${'at f (file.js:1:1)\n'.repeat(MEBI / 20)}`;
  for (let i = 0; i < 5; i++) {
    const t = now - 240_000 + i * 1000;
    const http = { request: { id: LONG_ID, method: 'GET' }, response: { status_code: 500 } };
    yield line('rota.app', t, 'web-1', { message: text, log: { level: 'error' }, error: { stack_trace: stack }, http });
    yield line('nginx.access', t, 'frontend-1', { ...upstream('10.0.0.1:80', 502), url: { path: `/${text}` }, http });
    yield line('rota.deadletter', t, 'log-1', { rota: { raw: 'A'.repeat(MEBI), reason: 'too long: x', input: 'tcp' } });
  }
  const attempts = Array.from({ length: 9000 }, (_, n) => ({
    n,
    address: `10.4.${n >> 8}.${n & 255}:80`,
    status_code: n % 2 ? 502 : 500,
    duration: 1e18,
  }));
  for (let i = 0; i < 3; i++) {
    yield line('nginx.access', now - 120_000 + i * 500, 'frontend-1', {
      ...answered(500),
      http: { request: { id: LONG_ID, method: 'GET' }, response: { status_code: 500 } },
      rota: { upstream: { address: '10.0.0.1:80', status_code: 502 }, attempts },
    });
  }
}

/** One request of thousands of lines: each frontend's attempts and errors, each webapp's words. */
function* busyRequest(line: Line, now: number): Generator<Doc> {
  for (let i = 0; i < 150; i++) {
    const http = { request: { id: BUSY_ID, method: 'GET' }, response: { status_code: 502 } };
    const host = `frontend-${i % 400}`;
    yield line('nginx.access', now - 200_000 + i, host, {
      ...upstream(`10.0.0.${i % 250}:80`, 502),
      http,
      nginx: { error: { connection_id: i } },
    });
    yield line('nginx.error', now - 200_000 + i, host, {
      message: 'connect() failed',
      nginx: { error: { connection_id: i } },
      rota: { upstream: { address: `10.0.0.${i % 250}:80` } },
    });
    yield line('rota.access', now - 200_000 + i, `web-${i % 200}`, { ...answered(502), http });
    yield line('rota.app', now - 200_000 + i, `web-${i % 200}`, { message: 'x', http });
  }
}

/** Runs of the SDK that claim to have written more than there are numbers, and to have dropped each other one. */
function* runs(line: Line, now: number): Generator<Doc> {
  for (let i = 0; i < 100; i++) {
    const agent = { ephemeral_id: `run-${i}` };
    for (const sequence of [1, 2 ** 53 - 1, 9e18]) {
      yield line('rota.app', now - 300_000 + i, `web-${i % 50}`, { agent, message: 'x', event: { sequence } });
    }
  }
  for (let i = 0; i < 300; i++) {
    const drop = { cause: `cause-${i % 500}`, count: 1e15, first_sequence: i * 4 - 9e15, last_sequence: i * 4 + 1 };
    yield line('rota.sdk', now - 250_000 + i, 'web-1', {
      agent: { ephemeral_id: `run-${i % 3}` },
      event: { id: `run-${i % 3}-drop-${i}`, action: 'drop', sequence: i },
      rota: { drop },
    });
    yield line('rota.deadletter', now - 250_000 + i, 'log-1', {
      event: { id: `run-${i % 3}-${i * 2}` },
      rota: { raw: 'AA==', reason: `reason ${i}`.padEnd(900, 'x'), input: 'relp', claimed_dataset: 'rota.app' },
    });
  }
}

/** Values of another shape than the field's, which Elasticsearch reads all the same. */
function* odd(line: Line, now: number): Generator<Doc> {
  const t = now - 90_000;
  yield line('nginx.access', t, 5, {
    ...answered('500'),
    rota: { attempts: [null, { address: 7, status_code: '502' }] },
  });
  yield line('nginx.access', t, ['frontend-1', 'frontend-2'], {
    ...answered([500, 502]),
    tags: [['health_check']],
    source: { ip: ['10.0.0.1'] },
  });
  yield line('nginx.access', `${t}`, true, { ...answered(null, 12), rota: [{ upstream: { address: 1.5 } }] });
  yield line('nginx.access', t, null, { http: [], url: null, rota: null, event: { duration: 'x' } });
  yield line('haproxy.log', t, 1, {
    ...answered(503),
    haproxy: [{ server_name: 3 }, { server_name: false }],
    event: { action: 'server_down' },
  });
  yield line('haproxy.log', t, 'lb-1', {
    haproxy: { server_name: ['a', 'b'] },
    event: { action: ['server_up'], reason: 9 },
  });
  yield line('nginx.error', t, 1, { event: { action: 'upstream_disabled' }, rota: { upstream: { address: [1, 2] } } });
  yield line('rota.access', t, 2, {
    ...answered(500),
    service: { name: 1, version: [2, 3] },
    server: { address: 4, port: '80' },
  });
  yield line('rota.app', t, 3, {
    message: ['a', 'b'],
    error: [{ message: 1, stack_trace: ['x'] }],
    log: { level: 3 },
    agent: { ephemeral_id: 6 },
    event: { sequence: '7' },
  });
  yield line('rota.sdk', t, 3, {
    agent: { ephemeral_id: '6' },
    event: { action: 'drop', sequence: 8 },
    rota: { drop: [{ cause: 1, count: 'x', first_sequence: [1] }] },
  });
  yield line('rota.health', t, 3, {
    rota: { health: { host: 4, tier: 'webapp', state: 'ejected', detection_gap: 'x' } },
  });
  yield line('rota.deadletter', t, 3, { rota: { raw: ['AA=='], reason: 5, input: [1] } });
  yield line('rota.pipeline', t, 3, {
    rota: { indexer: { indexed: '3' }, rsyslog: { name: ['index'], size: [1, 2] } },
  });
}

export function* hostileDocuments(namespace: string, now: number): Generator<Doc> {
  const line = lineOf(namespace);
  for (const kind of [longGaps, closeProbes, restless, many, extremes, long, busyRequest, runs, odd])
    yield* kind(line, now);
}
