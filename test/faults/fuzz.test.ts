import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from '../support/lines/capture.js';
import { fuzzLines } from '../support/lines/fuzz.js';
import { octetCounted } from '../support/lines/inputs.js';
import { readCases } from '../support/lines/table.js';

/** A million is the figure of record (ROTA_FUZZ_LINES=1000000, some minutes); a tenth is what each run does. */
const LINES = Number(process.env['ROTA_FUZZ_LINES'] ?? 100_000);
const SEED = Number(process.env['ROTA_FUZZ_SEED'] ?? 20_261_123);

interface Counts {
  documents: number;
  dead_letters: number;
  failures: number;
  ids: number;
}

describe('random, huge, truncated, non-UTF-8, deeply nested and control-character lines', () => {
  let capture: Capture;
  let pid: number | undefined;
  const cases = readCases();

  beforeAll(async () => {
    capture = await Capture.start(async (folder) => {
      const program = join(folder, 'counting_indexer.cjs');
      await build({
        entryPoints: [join(import.meta.dirname, '../support/counting_indexer.ts')],
        outfile: program,
        bundle: true,
        platform: 'node',
        format: 'cjs',
        logLevel: 'error',
      });
      return { ROTA_STATS_INTERVAL: '600', ROTA_INDEXER_COMMAND: `${process.execPath} ${program}` };
    }, 'fast');
    pid = capture.server.pid;
  });
  afterAll(() => capture?.stop());

  it(`are documents or dead letters, each of ${LINES} once, and rsyslog lives on`, async () => {
    const half = LINES / 2;
    await Promise.all([
      feed(capture.ports.rsyslog.tcp, fuzzLines(cases, half, SEED), octetCounted),
      feed(capture.ports.rsyslog.tcpRaw, fuzzLines(cases, half, SEED + 1), (bytes) =>
        Buffer.concat([bytes, Buffer.from('\n')]),
      ),
    ]);
    const counts = await settled(() => read(capture.file), LINES);
    expect(counts.documents + counts.dead_letters).toBe(LINES);
    expect(counts.failures).toBe(0);
    expect(counts.dead_letters).toBeGreaterThan(0);
    expect(capture.server.state).toBe('running');
    expect(capture.server.pid).toBe(pid);
    console.log(`${counts.documents} documents, ${counts.dead_letters} dead letters, ${counts.ids} ids`);
  });
});

/** One connection, never more than a few megabytes ahead of the receiver. */
async function feed(port: number, lines: Iterable<Buffer>, frame: (bytes: Buffer) => Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let batch: Buffer[] = [];
  let size = 0;
  const flush = async () => {
    if (!socket.write(Buffer.concat(batch))) await new Promise<void>((resolve) => socket.once('drain', resolve));
    batch = [];
    size = 0;
  };
  for (const line of lines) {
    const framed = frame(line);
    batch.push(framed);
    size += framed.length;
    if (size > 1_000_000) await flush();
  }
  await flush();
  await new Promise<void>((resolve) => socket.end(resolve));
}

/** The sum over all processes that counted; each writes `<file>.<pid>`. */
function read(file: string): Counts {
  const sum: Counts = { documents: 0, dead_letters: 0, failures: 0, ids: 0 };
  for (const name of readdirSync(dirname(file)).filter(
    (one) => one.startsWith(`${basename(file)}.`) && !one.endsWith('.part'),
  )) {
    const counts = JSON.parse(readFileSync(join(dirname(file), name), 'utf8')) as Counts;
    for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += counts[key];
  }
  return sum;
}

/** Until all are there, and some seconds more in which no one too many may come; or until nothing comes any more. */
async function settled(counts: () => Counts, enough: number): Promise<Counts> {
  let last = -1;
  let quiet = 0;
  for (;;) {
    await sleep(1000);
    const found = counts();
    const sum = (found.documents ?? 0) + (found.dead_letters ?? 0);
    quiet = sum === last ? quiet + 1 : 0;
    last = sum;
    if (quiet >= (sum >= enough ? 4 : 30)) return found;
  }
}
