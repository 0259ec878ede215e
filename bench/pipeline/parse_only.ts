import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownedFolder } from '../../stack/account.js';
import { bundleProgram } from '../../stack/bundle.js';
import { agentFrames } from './lines.js';
import { pour, type RotaServer, serverCpu, startRota } from './rota.js';
import type { Run } from './run.js';
import { untilCount } from './store.js';

/** Rota's server without Elasticsearch: received, queued in memory, made documents by the indexer's parser. */
export class ParseOnly {
  private constructor(
    private readonly server: RotaServer,
    private readonly folder: string,
    private readonly counts: string,
  ) {}

  static async start(core: number): Promise<ParseOnly> {
    const folder = ownedFolder(mkdtempSync(join(tmpdir(), 'rota-bench-parse-')));
    const counts = ownedFolder(join(folder, 'counts'));
    const sink = await bundleProgram('bench/pipeline/parse_sink.ts', join(folder, 'sink.cjs'));
    const server = await startRota({
      profile: 'fast',
      namespace: 'parse',
      elasticsearchUrl: 'http://127.0.0.1:9',
      core,
      // One core, one indexer, as Logstash starts a worker a core: a second is for the time in which the first waits for a bulk.
      settings: { ROTA_INDEXERS: '1', ROTA_INDEXER_COMMAND: `${process.execPath} ${sink}`, ROTA_PARSE_COUNTS: counts },
    });
    return new ParseOnly(server, folder, counts);
  }

  async run(lines: readonly string[], name: string): Promise<Run> {
    const frames = agentFrames(lines, name);
    const before = this.parsed();
    const cpuBefore = serverCpu(this.server);
    const start = performance.now();
    await pour(this.server.ports.rsyslog.tcp, frames);
    await untilCount(async () => this.parsed(), before, before + lines.length, 'parse only');
    const seconds = (performance.now() - start) / 1000;
    const cpu = serverCpu(this.server) - cpuBefore;
    return { events_per_s: lines.length / seconds, cpu_s_per_million: (cpu / lines.length) * 1e6 };
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private parsed(): number {
    return readdirSync(this.counts).reduce(
      (sum, name) => sum + Number(readFileSync(join(this.counts, name), 'utf8')),
      0,
    );
  }
}
