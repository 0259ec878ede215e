import type { Doc } from '../queries/documents';

/** Process runs whose losses are known, for Delivery. */
export const BEGIN = Date.parse('2026-11-20T12:00:00Z');
export const WINDOW = { from: new Date(BEGIN).toISOString(), to: new Date(BEGIN + 30 * 60_000).toISOString() };
const EVERY_MS = 200;

export interface KnownRun {
  id: string;
  host: string;
  written: number;
  missing: [number, number][];
  dropped: [number, number][];
  dead: number[];
  closed: boolean;
  /** Written so many seconds before the window's end; runs that stopped early are unproven. */
  state: 'proven' | 'missing' | 'unproven' | 'running';
}

export const RUNS: KnownRun[] = [
  {
    id: 'aaaa-proven',
    host: 'web-1',
    written: 8000,
    missing: [],
    dropped: [],
    dead: [],
    closed: true,
    state: 'proven',
  },
  {
    id: 'bbbb-gap',
    host: 'web-2',
    written: 8900,
    missing: [[4207, 4209]],
    dropped: [],
    dead: [],
    closed: true,
    state: 'missing',
  },
  {
    id: 'cccc-drops',
    host: 'web-3',
    written: 6000,
    missing: [],
    dropped: [[3001, 3061]],
    dead: [17],
    closed: true,
    state: 'proven',
  },
  {
    id: 'dddd-tail',
    host: 'web-4',
    written: 3000,
    missing: [],
    dropped: [],
    dead: [],
    closed: false,
    state: 'unproven',
  },
  {
    id: 'eeee-running',
    host: 'web-1',
    written: 8990,
    missing: [],
    dropped: [],
    dead: [],
    closed: false,
    state: 'running',
  },
  {
    id: 'ffff-many',
    host: 'web-2',
    written: 5000,
    missing: [
      [1, 5],
      [100, 100],
      [2500, 2999],
    ],
    dropped: [],
    dead: [],
    closed: true,
    state: 'missing',
  },
];

/** How long after it was written a line is sent to Elasticsearch: 1 s, and every tenth line 5 s. */
export const lagOf = (sequence: number) => (sequence % 10 === 0 ? 5000 : 1000);

const within = (n: number, ranges: [number, number][]) => ranges.some(([first, last]) => n >= first && n <= last);
const iso = (t: number) => new Date(t).toISOString();

export const DEAD = {
  raw: Buffer.from('198.51.100.23 - - "GET /?q=<script>alert(1)</script>\x1b[31m'),
  unparsable: 11,
};

export const SERVER = { name: 'log-1', downFrom: BEGIN + 12 * 60_000, downTo: BEGIN + 13 * 60_000 };

export function* deliveryDocuments(namespace: string): Generator<Doc> {
  for (const run of RUNS) yield* linesOf(run, namespace);
  for (let i = 0; i < DEAD.unparsable; i++) {
    const id = `dead-${i}`;
    yield letter(namespace, id, BEGIN + i * 1000, `No rule reads it: ends at character ${i}`, DEAD.raw, 'nginx.access');
  }
  yield* reports(namespace);
  yield* poolLines(namespace);
}

/** Which webapps stand behind which pool, as frontends' and webapps' own lines tell. */
export const POOLS: Record<string, string[]> = { shop: ['web-1', 'web-2'], office: ['web-3', 'web-4'] };

function* poolLines(namespace: string): Generator<Doc> {
  const hosts = Object.entries(POOLS).flatMap(([pool, names]) => names.map((host) => ({ pool, host })));
  for (const [i, { pool, host }] of hosts.entries()) {
    const address = `10.0.2.${i + 1}`;
    const common = (name: string) => ({ '@timestamp': iso(BEGIN + 1000), host: { name } });
    yield {
      stream: `logs-nginx.access-${namespace}`,
      id: `pool-${host}`,
      body: { ...common('frontend-1'), rota: { pool, upstream: { address: `${address}:8000` } } },
    };
    yield {
      stream: `logs-rota.access-${namespace}`,
      id: `address-${host}`,
      body: { ...common(host), server: { address, port: 8000 } },
    };
  }
}

function* linesOf(run: KnownRun, namespace: string): Generator<Doc> {
  for (let n = 1; n <= run.written; n++) {
    const t = BEGIN + n * EVERY_MS;
    const id = `${run.id}-${n}`;
    if (run.dead.includes(n)) {
      yield letter(
        namespace,
        id,
        t,
        'Elasticsearch refused it for logs-rota.app: mapper_parsing_exception',
        Buffer.from('{}'),
        'rota.app',
      );
      continue;
    }
    if (within(n, run.missing) || within(n, run.dropped)) continue;
    const last = n === run.written;
    const dropReport = run.dropped.find(([, end]) => n === end + 1);
    const dataset = (last && run.closed) || dropReport ? 'rota.sdk' : 'rota.app';
    const action = last && run.closed ? 'close' : dropReport ? 'drop' : undefined;
    yield {
      stream: `logs-${dataset}-${namespace}`,
      id,
      body: {
        '@timestamp': iso(t),
        agent: { ephemeral_id: run.id },
        event: {
          id,
          dataset,
          sequence: n,
          created: iso(t + 50),
          ingested: iso(t + lagOf(n)),
          ...(action ? { action } : {}),
        },
        host: { name: run.host },
        service: { name: 'shop', version: '1.4.2', environment: 'production' },
        rota: {
          tier: 'webapp',
          ...(dropReport
            ? {
                drop: {
                  cause: 'spool_full',
                  count: dropReport[1] - dropReport[0] + 1,
                  first_sequence: dropReport[0],
                  last_sequence: dropReport[1],
                },
              }
            : {}),
        },
      },
    };
  }
}

function letter(namespace: string, id: string, t: number, reason: string, raw: Buffer, claimed: string): Doc {
  return {
    stream: `logs-rota.deadletter-${namespace}`,
    id,
    body: {
      '@timestamp': iso(t),
      event: { id, dataset: 'rota.deadletter', created: iso(t) },
      host: { name: 'frontend-1' },
      rota: { raw: raw.toString('base64'), reason, input: 'file', claimed_dataset: claimed },
    },
  };
}

/** All repeats were of this run, two in each report. */
export const REPEATED = { run: 'bbbb-gap', each: 2 };

/** How long the indexer's oldest line had waited, in each report. */
export const OLDEST_MS = 340;

/** rsyslog's and the indexer's reports every 10 s; the server is away for a minute. */
function* reports(namespace: string): Generator<Doc> {
  for (let t = BEGIN; t < BEGIN + 30 * 60_000; t += 10_000) {
    if (t >= SERVER.downFrom && t < SERVER.downTo) continue;
    const common = { '@timestamp': iso(t), host: { name: SERVER.name } };
    yield {
      stream: `logs-rota.pipeline-${namespace}`,
      id: `queue-${t}`,
      body: {
        ...common,
        event: { dataset: 'rota.pipeline' },
        rota: { tier: 'log', rsyslog: { name: 'main Q', origin: 'core.queue', size: 42 } },
      },
    };
    yield {
      stream: `logs-rota.pipeline-${namespace}`,
      id: `indexer-${t}`,
      body: {
        ...common,
        event: { dataset: 'rota.pipeline' },
        rota: {
          tier: 'log',
          indexer: { indexed: 140, conflicts: 2, retries: 1, deadlettered: 0, oldest_ms: OLDEST_MS },
        },
      },
    };
    yield {
      stream: `logs-rota.pipeline-${namespace}`,
      id: `indexer-${t}-${REPEATED.run}`,
      body: {
        ...common,
        agent: { ephemeral_id: REPEATED.run, type: 'rota-indexer' },
        event: { dataset: 'rota.pipeline' },
        rota: { tier: 'log', indexer: { refused: REPEATED.each } },
      },
    };
  }
}
