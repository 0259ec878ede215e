import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownedFolder } from '../../stack/account.js';
import { bundleProgram } from '../../stack/bundle.js';
import { agentFrames } from './lines.js';
import type { Run } from './logstash.js';
import { doorCpu, pour, startRota } from './rota.js';

/** Rota's door without Elasticsearch: received, queued in memory, split by liblognorm, made documents by the shaper. */
export async function parseOnly(lines: readonly string[], core: number): Promise<Run> {
  const folder = ownedFolder(mkdtempSync(join(tmpdir(), 'rota-bench-parse-')));
  const counter = join(folder, 'count');
  const sink = await bundleProgram('bench/pipeline/parse_sink.ts', join(folder, 'sink.cjs'));
  const door = await startRota({
    profile: 'fast',
    namespace: 'parse',
    elasticsearchUrl: 'http://127.0.0.1:9',
    core,
    settings: { ROTA_INDEXER_COMMAND: `${process.execPath} ${sink}`, ROTA_PARSE_COUNT: counter },
  });
  try {
    const frames = agentFrames(lines, 'parse');
    const cpuBefore = doorCpu(door);
    const start = performance.now();
    await pour(door.ports.rsyslog.tcp, frames);
    while (!existsSync(counter) || Number(readFileSync(counter, 'utf8')) < lines.length) {
      if (performance.now() - start > 300_000)
        throw new Error('parse only: not all lines became documents in 5 minutes');
      await sleep(20);
    }
    const seconds = (performance.now() - start) / 1000;
    const cpu = doorCpu(door) - cpuBefore;
    return { events_per_s: lines.length / seconds, cpu_s_per_million: (cpu / lines.length) * 1e6 };
  } finally {
    await door.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
