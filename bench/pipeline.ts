import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildPipeline } from '../pipeline/build.js';
import { HttpClient } from '../pipeline/indexer/http_client.js';
import { setUp } from '../pipeline/setup/setup.js';
import type { Profile } from '../stack/options.js';
import { withElasticsearch } from './elasticsearch.js';
import { median, publish, type Result } from './output.js';
import { BulkSender } from './pipeline/bulk.js';
import { measureLatency } from './pipeline/latency.js';
import { agentLines, nginxLines } from './pipeline/lines.js';
import { BenchLogstash, LOGSTASH_SUBJECTS } from './pipeline/logstash.js';
import { ParseOnly } from './pipeline/parse_only.js';
import { canPin, pin, pinSelf } from './pipeline/processes.js';
import { type RotaServer, startRota, timeRota } from './pipeline/rota.js';
import type { Run } from './pipeline/run.js';
import { BenchStore } from './pipeline/store.js';
import { targetLine, targets } from './pipeline/targets.js';

const STORE_CORE = 0;
const PIPELINE_CORE = 1;
/** So many that beginning and end (some 100 ms) hardly count. */
const EVENTS = Number(process.env['ROTA_BENCH_EVENTS'] || 100_000);
const ROUNDS = Number(process.env['ROTA_BENCH_ROUNDS'] || 3);
/** Warms programs and Elasticsearch up before the rounds: Java and JavaScript compile what runs often. */
const WARM_UP = Number(process.env['ROTA_BENCH_WARM_UP'] || 80_000);
/** Parsing is over soon: more lines, but fewer than rsyslog's memory queue holds (200,000), or the disk is measured. */
const PARSE_EVENTS = Math.min(EVENTS * 3, 150_000);
const LATENCY = { perSecond: 1_000, seconds: 20 };
/** Refreshes and merges that one run left behind are not to slow the next one. */
const PAUSE_MS = 1_500;
/** The host that the lines name stands among as many others as a small site has. */
const SENDERS = `127.0.0.1  host=lb-*        tier=lb        input=*
127.0.0.1  host=frontend-*  tier=frontend  input=*
127.0.0.1  host=web-*       tier=webapp    input=*
127.0.0.1  host=log-1       tier=log
`;
const PROFILES: Readonly<Record<Profile, string>> = { fast: 'rota', durable: 'rota:durable' };

interface Subject {
  name: string;
  run(round: number, lines: readonly string[]): Promise<Run>;
  stop(): Promise<void>;
}

/** `npm run bench -- pipeline`: the same nginx lines by each server, in turns; Elasticsearch on a core of its own. */
export async function run(argv: readonly string[]): Promise<void> {
  await buildPipeline();
  pinSelf(PIPELINE_CORE);
  if (!canPin) console.log('Only one core: nothing is pinned, and Elasticsearch competes with what is measured.');
  await withElasticsearch(
    async (url) => {
      const results = await measure(url);
      publish(results, argv);
      console.log(`\nTo reach, profile fast:\n${targets(results).map(targetLine).join('\n')}`);
    },
    (node) => pin(node, STORE_CORE),
  );
}

async function measure(url: string): Promise<Result[]> {
  const store = new BenchStore(url);
  const http = new HttpClient({ urls: [new URL(url)], requestTimeoutMs: 30_000 });
  const install = (namespace: string) => setUp(http, { namespace, retentionDays: 30, dryRun: false });
  const subjects: Subject[] = [];
  try {
    const servers = await addRota(subjects, store, install);
    await addBulk(subjects, store, servers.fast, install);
    await addLogstash(subjects, store, install);
    const rates = await rounds(subjects);
    return [...rates, ...(await latencies(store, servers, install))];
  } finally {
    for (const subject of subjects) await subject.stop();
    http.close();
  }
}

type Install = (namespace: string) => Promise<unknown>;

async function addRota(subjects: Subject[], store: BenchStore, install: Install): Promise<Record<Profile, RotaServer>> {
  const start = async (profile: Profile): Promise<RotaServer> => {
    await install(profile);
    const server = await startRota({ profile, namespace: profile, elasticsearchUrl: store.url, core: PIPELINE_CORE });
    subjects.push({
      name: PROFILES[profile],
      run: (round, lines) => timeRota(store, server, lines, `${profile}${round}`),
      stop: () => server.stop(),
    });
    return server;
  };
  const servers = { fast: await start('fast'), durable: await start('durable') };
  subjects.push(await fastWithSenders(store, install));
  const parse = await ParseOnly.start(PIPELINE_CORE);
  subjects.push({
    name: 'rota:parse',
    run: (round, lines) => parse.run(lines, `p${round}`),
    stop: () => parse.stop(),
  });
  return servers;
}

/** The same again with a table of senders, so that the cost of asking it for each line is known. */
async function fastWithSenders(store: BenchStore, install: Install): Promise<Subject> {
  await install('senders');
  const folder = mkdtempSync(join(tmpdir(), 'rota-bench-senders-'));
  const table = join(folder, 'senders');
  writeFileSync(table, SENDERS, { mode: 0o644 });
  chmodSync(folder, 0o755);
  const server = await startRota({
    profile: 'fast',
    namespace: 'senders',
    elasticsearchUrl: store.url,
    core: PIPELINE_CORE,
    settings: { ROTA_SENDERS: table },
  });
  return {
    name: 'rota:senders',
    run: (round, lines) => timeRota(store, server, lines, `senders${round}`),
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The documents that the bulk sends are those that the pipeline made of the same lines. */
async function addBulk(subjects: Subject[], store: BenchStore, server: RotaServer, install: Install): Promise<void> {
  await timeRota(store, server, nginxLines(EVENTS), 'first');
  const sender = await BulkSender.start(store.url, await store.documents(server.stream, EVENTS));
  for (const namespace of ['bulk', 'auto']) await install(namespace);
  subjects.push({
    name: 'bulk',
    run: (round) => sender.run('logs-nginx.access-bulk', `r${round}-`),
    stop: () => sender.stop(),
  });
  subjects.push({
    name: 'bulk:auto-id',
    run: () => sender.run('logs-nginx.access-auto', undefined),
    stop: async () => {},
  });
}

async function addLogstash(subjects: Subject[], store: BenchStore, install: Install): Promise<void> {
  const obstacle = await BenchLogstash.obstacle(store.url);
  if (obstacle) {
    console.log(`Logstash is not measured: ${obstacle}.`);
    return;
  }
  for (const namespace of ['logstash', 'logstashg']) await install(namespace);
  const logstash = await BenchLogstash.start({
    elasticsearchUrl: store.url,
    namespace: 'logstash',
    core: PIPELINE_CORE,
  });
  LOGSTASH_SUBJECTS.forEach((name, index) => {
    subjects.push({
      name,
      run: (round, lines) => {
        const forwarded = BenchLogstash.takesForwarded(name);
        return logstash.run(name, forwarded ? agentLines(lines, `${name}${round}`) : lines, store);
      },
      stop: async () => (index === 0 ? logstash.stop() : undefined),
    });
  });
}

/** All subjects in turns, beginning with another one each round; the first round warms up and is not counted. */
async function rounds(subjects: readonly Subject[]): Promise<Result[]> {
  const figures = new Map(subjects.map(({ name }) => [name, { rate: [] as number[], cpu: [] as number[] }]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    const first = round % subjects.length;
    for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      await sleep(PAUSE_MS);
      const lines = round === 0 ? WARM_UP : subject.name.endsWith('parse') ? PARSE_EVENTS : EVENTS;
      const found = await subject.run(round, nginxLines(lines));
      const rate = `${Math.round(found.events_per_s)} events/s`.padStart(15);
      console.log(`round ${round}  ${subject.name.padEnd(20)} ${rate}  ${found.cpu_s_per_million.toFixed(1)} µs CPU`);
      if (round === 0) continue;
      figures.get(subject.name)!.rate.push(found.events_per_s);
      figures.get(subject.name)!.cpu.push(found.cpu_s_per_million);
    }
  }
  return [...figures].flatMap(([name, { rate, cpu }]) => [
    median(name, 'events_per_s', '1/s', rate),
    median(name, 'cpu_s_per_million', 's', cpu),
  ]);
}

async function latencies(store: BenchStore, servers: Record<Profile, RotaServer>, install: Install): Promise<Result[]> {
  const results: Result[] = [];
  for (const profile of ['fast', 'durable'] as const) {
    await install(profile);
    const found = await measureLatency(store, servers[profile], { ...LATENCY, core: PIPELINE_CORE, profile });
    const subject = PROFILES[profile];
    for (const [name, value] of Object.entries(found.latencies)) {
      results.push({ subject, metric: `latency_${name}_ms`, value: Math.round(value), unit: 'ms', runs: 1 });
    }
    const agent = profile === 'fast' ? 'rota:agent' : 'rota:durable:agent';
    results.push({
      subject: agent,
      metric: 'cpu_s_per_million',
      value: Math.round(found.agentCpu),
      unit: 's',
      runs: 1,
    });
  }
  return results;
}
