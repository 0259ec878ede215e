import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, publish, type Result } from './output.js';
import { measureOmrelp } from './sdk/omrelp.js';
import { type Receiver, Rsyslog, Sink } from './sdk/receivers.js';
import { type Figures, measure, trouble } from './sdk/runs.js';

const COUNT = Number(process.env['ROTA_BENCH_EVENTS'] || 200_000);
const ROUNDS = Number(process.env['ROTA_BENCH_ROUNDS'] || 3);
const PORT = Number(process.env['ROTA_BENCH_PORT'] || 21_450);
const SUBJECTS = ['rota-tcp', 'rota-relp', 'winston-syslog', 'pino-socket'];
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
      for (let round = 0; round < ROUNDS; round += 1) await oneRound(receiver, prefix, samples, folder);
    } finally {
      await receiver.stop();
    }
  }
  const falling = new Rsyslog(sub(folder, 'direct'), PORT + 4, PORT + 5, 'messages');
  for (const subject of SUBJECTS) {
    await falling.start();
    const lost = await trouble(subject, falling, 30_000);
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
  for (const subject of receiver.httpPort === undefined ? SUBJECTS : [...SUBJECTS, OTLP]) {
    const figures = await measure(subject, receiver, COUNT);
    for (const [name, value] of Object.entries(figures)) {
      add(samples, `${subject} ${prefix}${name} ${UNITS[name as keyof Figures]}`, value);
    }
  }
  if (prefix === '') add(samples, 'omrelp messages_per_s msg/s', await measureOmrelp(folder, receiver, COUNT));
}

function summarise(results: readonly Result[]): void {
  const value = (subject: string, metric: string) =>
    results.find((r) => r.subject === subject && r.metric === metric)?.value ?? Number.NaN;
  const ratio = (a: string, b: string, metric: string) => (value(a, metric) / value(b, metric)).toFixed(2);
  console.log(`
otlp-http (OpenTelemetry's OTLP log exporter) is measured against the bare receiver only: rsyslog has no OTLP input.

rota-tcp   : pino-socket     ${ratio('rota-tcp', 'pino-socket', 'messages_per_s')} × messages/s, ${ratio('rota-tcp', 'pino-socket', 'cpu_us_per_message')} × CPU a message
rota-relp  : omrelp          ${ratio('rota-relp', 'omrelp', 'messages_per_s')} × messages/s, both acknowledged
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
