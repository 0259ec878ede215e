import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkout } from '../../stack/layout.js';
import { freeBlock } from '../../stack/ports.js';
import { accepts } from '../../stack/services/probes.js';
import { ServiceProcess } from '../../stack/services/process.js';
import { findJava } from '../../stack/setup/java.js';
import { cpuSeconds, pin } from './processes.js';
import { pour } from './rota.js';
import type { BenchStore } from './store.js';

/** The three pipelines of the one Logstash, which stays up (and warm) over all rounds. */
export type LogstashSubject = 'logstash' | 'logstash:rota' | 'logstash:parse';
const SUBJECTS: readonly LogstashSubject[] = ['logstash', 'logstash:rota', 'logstash:parse'];

export interface Run {
  events_per_s: number;
  cpu_s_per_million: number;
}

/**
 * A real Logstash (`LOGSTASH_HOME`) on one core: `logstash` is grok, date and useragent as its manual has them,
 * `logstash:rota` is pipeline/logstash as it ships, both into Elasticsearch; `logstash:parse` is the first without an output.
 */
export class BenchLogstash {
  private constructor(
    private readonly service: ServiceProcess,
    private readonly folder: string,
    private readonly ports: Record<LogstashSubject, number>,
    private readonly apiPort: number,
  ) {}

  /** Why Logstash cannot be measured here, or undefined. */
  static async obstacle(url: string): Promise<string | undefined> {
    if (!process.env['LOGSTASH_HOME']) return 'LOGSTASH_HOME is not set';
    const root = await fetch(url);
    return root.ok ? undefined : 'Logstash needs a full Elasticsearch 8: let ELASTICSEARCH_HOME name one';
  }

  static async start(options: { elasticsearchUrl: string; namespace: string; core: number }): Promise<BenchLogstash> {
    const home = process.env['LOGSTASH_HOME'] as string;
    const { base } = await freeBlock();
    const folder = mkdtempSync(join(tmpdir(), 'rota-bench-logstash-'));
    const ports = { logstash: base, 'logstash:rota': base + 1, 'logstash:parse': base + 2 };
    const apiPort = base + 3;
    const settings = writeSettings(folder, home, ports, apiPort, options);
    const service = new ServiceProcess({
      name: 'logstash',
      tier: 'log',
      port: base,
      command: join(home, 'bin', 'logstash'),
      args: ['--path.settings', settings, '--path.data', join(folder, 'data'), '--path.logs', join(folder, 'logs')],
      cwd: folder,
      env: {
        ...(existsSync(join(home, 'jdk')) ? {} : { LS_JAVA_HOME: findJava() }),
        LS_JAVA_OPTS: '-Xms1g -Xmx1g',
        ROTA_LOGSTASH_DIR: join(checkout, 'pipeline/logstash'),
        ROTA_LOGSTASH_PORT: String(ports['logstash:rota']),
        ROTA_ELASTICSEARCH_URL: options.elasticsearchUrl,
        ROTA_NAMESPACE: options.namespace,
      },
      logFolder: folder,
      asSelf: true,
      ready: async () => (await Promise.all(Object.values(ports).map(accepts))).every(Boolean),
      readyTimeoutMs: 300_000,
      stopTimeoutMs: 60_000,
    });
    await pin(service, options.core).start();
    return new BenchLogstash(service, folder, ports, apiPort);
  }

  /** Pours lines into one pipeline; the time ends when the last is indexed (or, without an output, parsed). */
  async run(subject: LogstashSubject, input: Buffer, count: number, store: BenchStore, stream: string): Promise<Run> {
    const before = subject === 'logstash:parse' ? await this.parsed() : await store.indexed(stream);
    const cpuBefore = cpuSeconds(this.service.pid ?? -1);
    const start = performance.now();
    await pour(this.ports[subject], input);
    if (subject === 'logstash:parse') while ((await this.parsed()) < before + count) await sleep(50);
    else await store.untilIndexed(stream, before + count);
    const seconds = (performance.now() - start) / 1000;
    const cpu = cpuSeconds(this.service.pid ?? -1) - cpuBefore;
    return { events_per_s: count / seconds, cpu_s_per_million: (cpu / count) * 1e6 };
  }

  async stop(): Promise<void> {
    await this.service.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Events that the pipeline without an output has taken through its filters. */
  private async parsed(): Promise<number> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const answer = await fetch(`http://127.0.0.1:${this.apiPort}/_node/stats/pipelines/logstash_parse`);
      const text = await answer.text();
      // A busy Logstash answers with nothing now and then.
      const stats = (text === '' ? {} : JSON.parse(text)) as Stats;
      const filtered = stats.pipelines?.['logstash_parse']?.events?.filtered;
      if (filtered !== undefined) return filtered;
      await sleep(100);
    }
    throw new Error('logstash: its API tells no count of events');
  }
}

interface Stats {
  pipelines?: Record<string, { events?: { filtered?: number } }>;
}

function writeSettings(
  folder: string,
  home: string,
  ports: Record<LogstashSubject, number>,
  apiPort: number,
  { elasticsearchUrl, namespace }: { elasticsearchUrl: string; namespace: string },
): string {
  const settings = join(folder, 'settings');
  mkdirSync(settings);
  for (const name of ['log4j2.properties', 'jvm.options']) cpSync(join(home, 'config', name), join(settings, name));
  writeFileSync(join(settings, 'logstash.yml'), `api.http.port: ${apiPort}\nlog.level: warn\n`);
  const parsing = readFileSync(join(import.meta.dirname, 'logstash_grok.conf'), 'utf8');
  const outputs: Partial<Record<LogstashSubject, string>> = {
    logstash: `output { elasticsearch { hosts => ["${elasticsearchUrl}"] index => "logs-nginx.access-${namespace}g"
      action => "create" data_stream => false manage_template => false ilm_enabled => false } }`,
    'logstash:parse': 'output { null {} }',
  };
  const lines = SUBJECTS.map((subject) => {
    const id = subject.replace(':', '_');
    const file = join(settings, `${id}.conf`);
    const output = outputs[subject];
    if (output !== undefined) {
      writeFileSync(file, `${parsing.replace('${BENCH_PORT}', String(ports[subject]))}\n${output}\n`);
    }
    const config = output === undefined ? join(checkout, 'pipeline/logstash/conf.d/*.conf') : file;
    return `- pipeline.id: ${id}\n  path.config: "${config}"\n`;
  });
  writeFileSync(join(settings, 'pipelines.yml'), lines.join(''));
  return settings;
}
