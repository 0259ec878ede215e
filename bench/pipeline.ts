import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildPipeline } from '../pipeline/build.js';
import { HttpClient } from '../pipeline/indexer/http_client.js';
import { setUp } from '../pipeline/setup/setup.js';
import { ownedFolder } from '../stack/account.js';
import { distributions } from '../stack/layout.js';
import { freeBlock } from '../stack/ports.js';
import { elasticsearchService } from '../stack/services/elasticsearch.js';
import { fetchDistribution } from '../stack/setup/elasticsearch_distribution.js';
import { median, publish, type Result } from './output.js';
import { runBulk } from './pipeline/bulk.js';
import { measureLatency, percentile } from './pipeline/latency.js';
import { agentFrames, agentLines, nginxLines } from './pipeline/lines.js';
import { BenchLogstash } from './pipeline/logstash.js';
import { parseOnly } from './pipeline/parse_only.js';
import { canPin, pin, pinSelf } from './pipeline/processes.js';
import { doorCpu, pour, startRota } from './pipeline/rota.js';
import { BenchStore, type FinishedDocument } from './pipeline/store.js';

const STORE_CORE = 0;
const DOOR_CORE = 1;
const EVENTS = Number(process.env['ROTA_BENCH_EVENTS'] || 40_000);
const ROUNDS = Number(process.env['ROTA_BENCH_ROUNDS'] || 3);
/** Namespace of what Logstash writes by Rota's own pipeline; with a `g` behind, by grok. */
const LOGSTASH = 'logstash';
const LATENCY = { perSecond: 1_000, seconds: 20 };

type Figures = Record<string, { events_per_s: number[]; cpu_s_per_million: number[] }>;

/** `npm run bench -- pipeline`: the same nginx lines by each door, in turns; Elasticsearch on a core of its own. */
export async function run(argv: readonly string[]): Promise<void> {
  await buildPipeline();
  pinSelf(DOOR_CORE);
  if (!canPin) console.log('Only one core: nothing is pinned, and Elasticsearch competes with what is measured.');
  const folder = ownedFolder(mkdtempSync(join(tmpdir(), 'rota-bench-es-')));
  const ports = await freeBlock();
  const node = elasticsearchService({
    home: process.env['ELASTICSEARCH_HOME'] ?? (await fetchDistribution(distributions())),
    folder,
    port: ports.elasticsearch,
    transportPort: ports.elasticsearchTransport,
    heap: '1g',
  });
  await pin(node, STORE_CORE).start();
  try {
    publish(await measure(`http://127.0.0.1:${ports.elasticsearch}`), argv);
  } finally {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(url: string): Promise<Result[]> {
  const store = new BenchStore(url);
  const http = new HttpClient({ urls: [new URL(url)], requestTimeoutMs: 30_000 });
  const install = (namespace: string) => setUp(http, { namespace, retentionDays: 30, dryRun: false });
  const lines = nginxLines(EVENTS);
  const figures: Figures = {};
  let documents: FinishedDocument[] = [];
  const obstacle = await BenchLogstash.obstacle(url);
  if (obstacle) console.log(`Logstash is not measured: ${obstacle}.`);
  for (const namespace of [LOGSTASH, `${LOGSTASH}g`]) if (!obstacle) await install(namespace);
  const logstash = obstacle
    ? undefined
    : await BenchLogstash.start({ elasticsearchUrl: url, namespace: LOGSTASH, core: DOOR_CORE });
  try {
    // Round 0 warms Elasticsearch's Java up and yields the finished documents; it is not counted.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const keep = (subject: string, run: { events_per_s: number; cpu_s_per_million: number }) => {
        console.log(`round ${round}  ${subject.padEnd(14)} ${Math.round(run.events_per_s)} events/s`);
        if (round === 0) return;
        figures[subject] ??= { events_per_s: [], cpu_s_per_million: [] };
        figures[subject].events_per_s.push(run.events_per_s);
        figures[subject].cpu_s_per_million.push(run.cpu_s_per_million);
      };
      for (const profile of ['fast', 'durable'] as const) {
        const namespace = `${profile}${round}`;
        await install(namespace);
        const door = await startRota({ profile, namespace, elasticsearchUrl: url, core: DOOR_CORE });
        try {
          keep(
            profile === 'fast' ? 'rota' : 'rota:durable',
            await timeRota(store, door, agentFrames(lines, namespace)),
          );
          if (documents.length === 0) documents = await store.documents(door.stream, EVENTS);
        } finally {
          await door.stop();
        }
      }
      for (const [subject, withIds] of [
        ['bulk', true],
        ['bulk:auto-id', false],
      ] as const) {
        const namespace = `${withIds ? 'ids' : 'auto'}${round}`;
        await install(namespace);
        await sleep(1_000);
        keep(subject, await runBulk(url, `logs-nginx.access-${namespace}`, documents, withIds));
      }
      keep('rota:parse', await parseOnly(lines, DOOR_CORE));
      if (logstash) await measureLogstash(logstash, store, lines, round, keep);
    }
  } finally {
    await logstash?.stop();
  }
  http.close();
  const results = Object.entries(figures).flatMap(([subject, { events_per_s, cpu_s_per_million }]) => [
    median(subject, 'events_per_s', '1/s', events_per_s),
    median(subject, 'cpu_s_per_million', 's', cpu_s_per_million),
  ]);
  return [...results, ...(await latencies(url, store, install))];
}

/** Round 0 warms Logstash up; it is the same process in all rounds. */
async function measureLogstash(
  logstash: BenchLogstash,
  store: BenchStore,
  lines: readonly string[],
  round: number,
  keep: (subject: string, run: { events_per_s: number; cpu_s_per_million: number }) => void,
): Promise<void> {
  const raw = Buffer.from(`${lines.join('\n')}\n`);
  const framed = Buffer.from(`${agentLines(lines, `l${round}`).join('\n')}\n`);
  const count = lines.length;
  keep('logstash', await logstash.run('logstash', raw, count, store, `logs-nginx.access-${LOGSTASH}g`));
  keep('logstash:rota', await logstash.run('logstash:rota', framed, count, store, `logs-nginx.access-${LOGSTASH}`));
  keep('logstash:parse', await logstash.run('logstash:parse', raw, count, store, ''));
}

async function timeRota(store: BenchStore, door: Awaited<ReturnType<typeof startRota>>, frames: Buffer) {
  const cpuBefore = doorCpu(door);
  const start = performance.now();
  await pour(door.ports.rsyslog.tcp, frames);
  await store.untilIndexed(door.stream, EVENTS);
  const seconds = (performance.now() - start) / 1000;
  return { events_per_s: EVENTS / seconds, cpu_s_per_million: ((doorCpu(door) - cpuBefore) / EVENTS) * 1e6 };
}

async function latencies(
  url: string,
  store: BenchStore,
  install: (namespace: string) => Promise<unknown>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const profile of ['fast', 'durable'] as const) {
    const namespace = `latency${profile}`;
    await install(namespace);
    const door = await startRota({ profile, namespace, elasticsearchUrl: url, core: DOOR_CORE });
    const values = await measureLatency(store, door, { ...LATENCY, core: DOOR_CORE, profile }).finally(() =>
      door.stop(),
    );
    const subject = profile === 'fast' ? 'rota' : 'rota:durable';
    for (const [name, share] of [
      ['latency_p50_ms', 0.5],
      ['latency_p95_ms', 0.95],
      ['latency_p99_ms', 0.99],
    ] as const) {
      results.push({ subject, metric: name, value: Math.round(percentile(values, share)), unit: 'ms', runs: 1 });
    }
  }
  return results;
}
