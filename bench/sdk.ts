import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, publish, type Result } from './output.js';
import { measureLimit } from './sdk/limit.js';
import { measureOmrelp } from './sdk/omrelp.js';
import { LineFile, type Receiver, Rsyslog, Sink } from './sdk/receivers.js';
import { type Figures, measure, trouble } from './sdk/runs.js';

const COUNT = Number(process.env['ROTA_BENCH_EVENTS'] || 200_000);
const ROUNDS = Number(process.env['ROTA_BENCH_ROUNDS'] || 3);
const PORT = Number(process.env['ROTA_BENCH_PORT'] || 21_450);
const SUBJECTS = ['rota-tcp', 'rota-relp', 'winston-syslog', 'pino-socket'];
/** What is sent without any promise, to show the limit. */
const BARE = 'bare';
/** pino-socket with the SDK's document: the same work for the receiver. */
const SAME_CONTENT = 'pino-socket-ecs';
const FILE = 'pino-file';
const LIBRARIES = ['rota', 'pino', 'winston'];
const SHAPE_CALLS = Number(process.env['ROTA_BENCH_CALLS'] || 100_000);
const FALL_EVENTS = Math.min(COUNT, 30_000);
const OTLP = 'otlp-http';
const UNITS: Readonly<Record<keyof Figures, string>> = {
  messages_per_s: 'msg/s',
  cpu_us_per_message: 'µs',
  event_loop_p99_ms: 'ms',
  rss_mb: 'MB',
};

type Samples = Map<string, number[]>;

/**
 * `npm run bench -- sdk`: the same log calls by each library, in turns, each run in a process of its own. First to a
 * real rsyslog, then (metrics that begin with `sink_`) to a bare socket, then through a receiver's fall.
 */
export async function run(argv: readonly string[]): Promise<void> {
  execFileSync(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('../sdk/build.ts', import.meta.url))], {
    stdio: 'inherit',
  });
  const folder = mkdtempSync(join(tmpdir(), 'rota-bench-sdk-'));
  try {
    const results = await all(folder);
    publish(results, argv);
    summarise(results);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function all(folder: string): Promise<Result[]> {
  const samples: Samples = new Map();
  const rsyslog = new Rsyslog(sub(folder, 'fast'), PORT, PORT + 1, 'count');
  const sink = new Sink(join(folder, 'sink'), PORT + 2, PORT + 3, PORT + 6);
  for (const [receiver, prefix] of [
    [rsyslog, ''],
    [sink, 'sink_'],
  ] as const) {
    await receiver.start();
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        await oneRound(receiver, prefix, samples, folder);
        if (receiver === sink) await shapes(receiver, samples);
      }
    } finally {
      await receiver.stop();
    }
  }
  for (let round = 0; round < ROUNDS; round += 1) await bigValues(samples);
  const falling = new Rsyslog(sub(folder, 'direct'), PORT + 4, PORT + 5, 'messages');
  for (const subject of SUBJECTS) {
    await falling.start();
    const lost = await trouble(subject, falling, FALL_EVENTS);
    add(samples, `${subject} lost messages`, lost);
    await falling.stop();
  }
  return [...samples].map(([key, values]) => {
    const [subject, metric, unit] = key.split(' ') as [string, string, string];
    return median(subject, metric, unit, values);
  });
}

async function oneRound(receiver: Receiver, prefix: string, samples: Samples, folder: string): Promise<void> {
  // rsyslog has no input for OTLP, so OpenTelemetry's exporter meets the bare receiver only.
  for (const subject of [...SUBJECTS, SAME_CONTENT, BARE, ...(receiver.httpPort === undefined ? [] : [OTLP])]) {
    const figures = await measure(subject, receiver, COUNT);
    for (const [name, value] of Object.entries(figures)) {
      add(samples, `${subject} ${prefix}${name} ${UNITS[name as keyof Figures]}`, value);
    }
  }
  add(samples, `limit ${prefix}messages_per_s msg/s`, await measureLimit(receiver, COUNT));
  if (prefix !== '') return;
  add(samples, 'omrelp messages_per_s msg/s', await measureOmrelp(folder, receiver, COUNT));
  const file = new LineFile(join(folder, 'lines'));
  await file.start();
  const figures = await measure(FILE, file, COUNT);
  await file.stop();
  for (const [name, value] of Object.entries(figures)) {
    add(samples, `${FILE} ${name} ${UNITS[name as keyof Figures]}`, value);
  }
}

/** One call of a large value, and what listing its members takes. */
async function bigValues(samples: Samples): Promise<void> {
  const file = fileURLToPath(new URL('./sdk/big_values.mts', import.meta.url));
  for (const subject of [...LIBRARIES, 'keys']) {
    const args = ['--max-old-space-size=6144', '--import', 'tsx', file, subject];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    for (const [value, ms] of Object.entries(JSON.parse(stdout) as Record<string, number>)) {
      add(samples, `${subject} big_${value}_ms ms`, ms);
    }
  }
}

/** One call by its shape: the short way is not the only one that is measured. */
async function shapes(receiver: Receiver, samples: Samples): Promise<void> {
  const file = fileURLToPath(new URL('./sdk/shapes.mts', import.meta.url));
  for (const library of LIBRARIES) {
    const args = ['--import', 'tsx', file, library, String(receiver.tcpPort), String(SHAPE_CALLS)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    for (const [shape, us] of Object.entries(JSON.parse(stdout) as Record<string, number>)) {
      add(samples, `${library} call_${shape}_us µs`, us);
    }
  }
}

function summarise(results: readonly Result[]): void {
  const value = (subject: string, metric: string) =>
    results.find((r) => r.subject === subject && r.metric === metric)?.value ?? Number.NaN;
  const ratio = (a: string, b: string, metric: string) => (value(a, metric) / value(b, metric)).toFixed(2);
  const beyond = (name: string) => (value('rota', `big_${name}_ms`) - value('keys', `big_${name}_ms`)).toFixed(1);
  console.log(`
limit is what the receiver takes of finished bytes, the SDK's messages again and again; pino's lines have a third of their length.
pino-socket-ecs is pino-socket with the SDK's document. pino-file writes a file, and nobody receives it.
otlp-http (OpenTelemetry's OTLP log exporter) is measured against the bare receiver only: rsyslog has no OTLP input.

rota-tcp   : pino-socket     ${ratio('rota-tcp', 'pino-socket', 'messages_per_s')} × messages/s, ${ratio('rota-tcp', 'pino-socket', 'cpu_us_per_message')} × CPU a message
rota-tcp   : same content    ${ratio('rota-tcp', 'pino-socket-ecs', 'messages_per_s')} × messages/s, ${ratio('rota-tcp', 'pino-socket-ecs', 'cpu_us_per_message')} × CPU a message (pino-socket-ecs)
rota-tcp   : limit           ${ratio('rota-tcp', 'limit', 'messages_per_s')} × what rsyslog takes; to the bare socket ${ratio('rota-tcp', 'limit', 'sink_messages_per_s')}
rota-tcp   : pino-socket     ${ratio('rota-tcp', 'pino-socket', 'sink_messages_per_s')} × messages/s to the bare socket, ${ratio('rota-tcp', 'pino-socket', 'sink_cpu_us_per_message')} × CPU
rota-relp  : omrelp          ${ratio('rota-relp', 'omrelp', 'messages_per_s')} × messages/s, both acknowledged
rota-tcp   : bare            ${ratio('rota-tcp', 'bare', 'cpu_us_per_message')} × CPU a message: numbers, bounds, redaction and what waits for the receiver
rota-relp  : bare            ${ratio('rota-relp', 'bare', 'cpu_us_per_message')} × CPU a message: the same, and an answer to each
rota       : big values      ${beyond('buffer_20mb')} ms (20 MB Buffer), ${beyond('objects_1000')} ms (1,000 objects of 1,000 members), ${beyond('keys_200k')} ms (200,000 keys) beyond listing the members
rota-relp  : winston-syslog  ${ratio('rota-relp', 'winston-syslog', 'messages_per_s')} × messages/s, acknowledged against not`);
}

function add(samples: Samples, key: string, value: number): void {
  samples.set(key, [...(samples.get(key) ?? []), value]);
}

function sub(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}
