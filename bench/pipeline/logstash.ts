import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleProgram } from '../../stack/bundle.js';
import { checkout } from '../../stack/layout.js';
import { freeBlock } from '../../stack/ports.js';
import { accepts } from '../../stack/services/probes.js';
import { ServiceProcess } from '../../stack/services/process.js';
import { findJava } from '../../stack/setup/java.js';
import { cpuSeconds, pin } from './processes.js';
import { pour } from './rota.js';
import type { Run } from './run.js';
import { type BenchStore, untilCount } from './store.js';

/** The pipelines of the one Logstash, which stays up (and warm) over all rounds. */
export const LOGSTASH_SUBJECTS = ['logstash', 'logstash:parse', 'logstash:grok', 'logstash:grok-parse'] as const;
export type LogstashSubject = (typeof LOGSTASH_SUBJECTS)[number];

/** As far as Rota's parse_sink.ts goes: what `_bulk` would carry is written, and goes nowhere. */
const JSON_TO_NOWHERE = 'output { file { path => "/dev/null" codec => json_lines } }';

const bundled = (subject: LogstashSubject) => !subject.includes('grok');
const parsesOnly = (subject: LogstashSubject) => subject.endsWith('parse');
const pipelineId = (subject: LogstashSubject) => subject.replaceAll(':', '_');

/**
 * A real Logstash (`LOGSTASH_HOME`) on one core: `logstash` is pipeline/logstash as it ships, `logstash:grok` is grok, date
 * and useragent as Logstash's manual has them; with `parse` behind, the same as far as the document's JSON, thrown away.
 */
export class BenchLogstash {
  private constructor(
    private readonly service: ServiceProcess,
    private readonly folder: string,
    private readonly ports: ReadonlyMap<LogstashSubject, number>,
    private readonly apiPort: number,
    private readonly namespace: string,
  ) {}

  /** Why Logstash cannot be measured here, or undefined. */
  static async obstacle(url: string): Promise<string | undefined> {
    if (!process.env['LOGSTASH_HOME']) return 'LOGSTASH_HOME is not set';
    const root = await fetch(url);
    return root.ok ? undefined : 'Logstash needs a full Elasticsearch 8: let ELASTICSEARCH_HOME name one';
  }

  /** @param namespace of the documents; those of `logstash:grok` have a `g` behind it */
  static async start(options: { elasticsearchUrl: string; namespace: string; core: number }): Promise<BenchLogstash> {
    const home = process.env['LOGSTASH_HOME'] as string;
    const { base } = await freeBlock();
    const folder = mkdtempSync(join(tmpdir(), 'rota-bench-logstash-'));
    const ports = new Map(LOGSTASH_SUBJECTS.map((subject, n) => [subject, base + n]));
    const apiPort = base + 10;
    const settings = writeSettings(folder, home, apiPort);
    for (const [subject, port] of ports) writePipeline(settings, subject, port, options);
    const first = LOGSTASH_SUBJECTS[0];
    listPipelines(settings, [first]);
    const shaper = await bundleProgram('pipeline/logstash/shaper.ts', join(folder, 'shaper.cjs'));
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
        ROTA_SHAPER_COMMAND: `${process.execPath} ${shaper}`,
        ROTA_ELASTICSEARCH_URL: options.elasticsearchUrl,
        ROTA_NAMESPACE: options.namespace,
      },
      logFolder: folder,
      asSelf: true,
      ready: () => accepts(ports.get(first)!),
      stopTimeoutMs: 60_000,
    });
    await pin(service, options.core).start();
    // One by one: JRuby of 7.17 now and then fails to load plugins of several pipelines at once.
    for (let n = 2; n <= LOGSTASH_SUBJECTS.length; n += 1) {
      listPipelines(settings, LOGSTASH_SUBJECTS.slice(0, n));
      while (!(await accepts(ports.get(LOGSTASH_SUBJECTS[n - 1]!)!))) {
        if (!service.pid) throw new Error(`logstash ended while starting: ${service.lastWords()}`);
        await sleep(200);
      }
    }
    const logstash = new BenchLogstash(service, folder, ports, apiPort, options.namespace);
    // 7.17's API answers 500 to a question about one pipeline until it was asked for something simpler.
    for (const path of ['/', '/_node/stats']) await (await fetch(`http://127.0.0.1:${apiPort}${path}`)).text();
    return logstash;
  }

  /**
   * Pours lines into one pipeline; the time ends when the last is indexed (or, only parsing, written).
   * @param lines raw for grok, as an agent forwards them for the bundled pipeline
   */
  async run(subject: LogstashSubject, lines: readonly string[], store: BenchStore): Promise<Run> {
    const input = Buffer.from(`${lines.join('\n')}\n`);
    const stream = `logs-nginx.access-${this.namespace}${bundled(subject) ? '' : 'g'}`;
    const done = () => (parsesOnly(subject) ? this.parsed(subject) : store.indexed(stream));
    const before = await done();
    const cpuBefore = cpuSeconds(this.service.pid ?? -1);
    const start = performance.now();
    await pour(this.ports.get(subject)!, input);
    await untilCount(done, before, before + lines.length, subject);
    const seconds = (performance.now() - start) / 1000;
    const cpu = cpuSeconds(this.service.pid ?? -1) - cpuBefore;
    return { events_per_s: lines.length / seconds, cpu_s_per_million: (cpu / lines.length) * 1e6 };
  }

  /** Whether a subject takes lines as an agent forwards them. */
  static takesForwarded(subject: LogstashSubject): boolean {
    return bundled(subject);
  }

  async stop(): Promise<void> {
    await this.service.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Events that a pipeline which only parses has written. */
  private async parsed(subject: LogstashSubject): Promise<number> {
    const id = pipelineId(subject);
    let told = '';
    for (let attempt = 0; attempt < 300; attempt += 1) {
      const answer = await fetch(`http://127.0.0.1:${this.apiPort}/_node/stats/pipelines/${id}`);
      const text = await answer.text();
      told = `${answer.status} ${text.slice(0, 500)}`;
      // A busy Logstash answers with nothing now and then.
      const stats = (text === '' ? {} : JSON.parse(text)) as Stats;
      const written = stats.pipelines?.[id]?.events?.out;
      if (written !== undefined) return written;
      await sleep(100);
    }
    throw new Error(`${subject}: Logstash's API tells no count of events: ${told}`);
  }
}

interface Stats {
  pipelines?: Record<string, { events?: { out?: number } }>;
}

function writeSettings(folder: string, home: string, apiPort: number): string {
  const settings = join(folder, 'settings');
  mkdirSync(settings);
  for (const name of ['log4j2.properties', 'jvm.options']) cpSync(join(home, 'config', name), join(settings, name));
  const options = [`api.http.port: ${apiPort}`, 'log.level: warn', 'config.reload.automatic: true'];
  writeFileSync(
    join(settings, 'logstash.yml'),
    [...options, 'config.reload.interval: 1s', 'pipeline.ecs_compatibility: disabled', ''].join('\n'),
  );
  return settings;
}

function writePipeline(
  settings: string,
  subject: LogstashSubject,
  port: number,
  { elasticsearchUrl, namespace }: { elasticsearchUrl: string; namespace: string },
): void {
  const shipped = (name: string) => readFileSync(join(checkout, 'pipeline/logstash/conf.d', name), 'utf8');
  const [parsing, output] = bundled(subject)
    ? [shipped('10_input.conf') + shipped('50_filter.conf'), shipped('90_output.conf')]
    : [
        readFileSync(join(import.meta.dirname, 'logstash_grok.conf'), 'utf8'),
        `output { elasticsearch { hosts => ["${elasticsearchUrl}"] index => "logs-nginx.access-${namespace}g"
      action => "create" data_stream => false manage_template => false ilm_enabled => false } }`,
      ];
  const configuration = parsing
    .replace('${ROTA_LOGSTASH_PORT:8041}', String(port))
    .replace('${BENCH_PORT}', String(port));
  const file = join(settings, `${pipelineId(subject)}.conf`);
  writeFileSync(file, `${configuration}\n${parsesOnly(subject) ? JSON_TO_NOWHERE : output}\n`);
}

function listPipelines(settings: string, subjects: readonly LogstashSubject[]): void {
  const entries = subjects.map((subject) => {
    const id = pipelineId(subject);
    return `- pipeline.id: ${id}\n  path.config: "${join(settings, `${id}.conf`)}"\n`;
  });
  writeFileSync(join(settings, 'pipelines.yml'), entries.join(''));
}
