import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildPipeline, INDEXER_BUNDLE } from '../../../pipeline/build';
import { HttpClient } from '../../../pipeline/indexer/http_client';
import { setUp } from '../../../pipeline/setup/setup';
import { ownedFolder } from '../../../stack/account';
import { checkout, distributions } from '../../../stack/layout';
import type { Profile } from '../../../stack/options';
import { freeBlock, type PortPlan } from '../../../stack/ports';
import { elasticsearchService } from '../../../stack/services/elasticsearch';
import type { ServiceProcess } from '../../../stack/services/process';
import { PLAIN_INPUTS, rsyslogAgent, rsyslogServer } from '../../../stack/services/rsyslog';
import { fetchDistribution } from '../../../stack/setup/elasticsearch_distribution';
import { FaultProxy } from './fault_proxy';
import { Store } from './store';

/** What a test waits for comes in seconds; this only ends what hangs, on however busy a machine. */
export const PATIENCE_MS = 300_000;

/** The real Elasticsearch of one test file. */
export interface Node {
  service: ServiceProcess;
  store: Store;
  ports: PortPlan;
  stop(): Promise<void>;
}

/** Starts Elasticsearch from the distribution that the stack uses (`ELASTICSEARCH_HOME` names another). */
export async function startNode(): Promise<Node> {
  await buildPipeline();
  const ports = await freeBlock();
  const home = process.env['ELASTICSEARCH_HOME'] ?? (await fetchDistribution(distributions()));
  const folder = ownedFolder(mkdtempSync(join(tmpdir(), 'rota-faults-es-')));
  const service = elasticsearchService({
    home,
    folder,
    port: ports.elasticsearch,
    transportPort: ports.elasticsearchTransport,
  });
  await service.start();
  const store = new Store(`http://127.0.0.1:${ports.elasticsearch}`);
  return { service, store, ports, stop: () => service.stop() };
}

/** One rsyslog server with its indexer, in a namespace of its own, behind a proxy that can break its bulks. */
export class Pipeline {
  readonly namespace = `t${Math.random().toString(36).slice(2, 8)}`;
  readonly folder = ownedFolder(mkdtempSync(join(tmpdir(), 'rota-faults-')));
  readonly logs = ownedFolder(join(this.folder, 'logs'));
  readonly work = ownedFolder(join(this.folder, 'work'));
  readonly proxy: FaultProxy;
  server!: ServiceProcess;
  ports!: PortPlan;
  private agents: ServiceProcess[] = [];

  constructor(
    readonly node: Node,
    private readonly options: { profile?: Profile; settings?: Record<string, string> } = {},
  ) {
    this.proxy = new FaultProxy(new URL(node.store.url));
  }

  async start(): Promise<this> {
    this.ports = await freeBlock();
    const elasticsearchUrl = await this.proxy.listen(this.ports.elasticsearch);
    const http = new HttpClient({ urls: [new URL(this.node.store.url)], requestTimeoutMs: 30_000 });
    await setUp(http, { namespace: this.namespace, retentionDays: 30, dryRun: false });
    http.close();
    this.server = rsyslogServer({
      pipeline: join(checkout, 'pipeline'),
      folder: this.work,
      logFolder: this.logs,
      host: 'log-1',
      ports: this.ports.rsyslog,
      inputs: PLAIN_INPUTS,
      profile: this.options.profile ?? 'durable',
      namespace: this.namespace,
      elasticsearchUrl,
      indexer: INDEXER_BUNDLE,
      settings: { ROTA_INDEXER_COUNTERS_MS: '1000', ...this.options.settings },
    });
    await this.server.start();
    return this;
  }

  get relpUrl(): string {
    return `relp://127.0.0.1:${this.ports.rsyslog.relp}`;
  }

  stream(dataset: string): string {
    return `logs-${dataset}-${this.namespace}`;
  }

  /** A node's agent that follows one nginx access log. */
  async startAgent(host: string, accessLog: string, settings: Record<string, string> = {}): Promise<ServiceProcess> {
    const agent = rsyslogAgent({
      name: `agent-${host}`,
      host,
      pipeline: join(checkout, 'pipeline'),
      folder: ownedFolder(join(this.folder, `agent-${host}`)),
      logFolder: this.logs,
      serverPort: this.ports.rsyslog.relp,
      settings: {
        ROTA_PROFILE: this.options.profile ?? 'durable',
        ROTA_NGINX_ACCESS: accessLog,
        ROTA_NGINX_ERROR: join(this.folder, 'none.log'),
        ROTA_GUNICORN_ACCESS: join(this.folder, 'none.log'),
        ROTA_GUNICORN_ERROR: join(this.folder, 'none.log'),
        ...settings,
      },
    });
    this.agents.push(agent);
    return agent.start();
  }

  /** What the indexer said on its stderr, from the start. */
  said(): string {
    try {
      return readFileSync(join(this.work, 'indexer.log'), 'utf8');
    } catch {
      return '';
    }
  }

  /** The states in the status files of the indexers that run. */
  states(): string[] {
    const dir = join(this.work, 'indexer');
    const files = readdirSync(dir).filter((name) => /^status-\d+\.json$/.test(name));
    return files.map((name) => (JSON.parse(readFileSync(join(dir, name), 'utf8')) as { state: string }).state);
  }

  async stop(): Promise<void> {
    for (const agent of this.agents) await agent.stop();
    await this.server?.stop();
    await this.proxy.close();
  }
}

/** Resolves as soon as `check` is true; throws with `what` when that takes too long. @returns how long it took, ms */
export async function until(
  what: string,
  timeoutMs: number,
  check: () => Promise<boolean> | boolean,
  state: () => Promise<string> | string = () => '',
): Promise<number> {
  const start = Date.now();
  while (!(await check())) {
    if (Date.now() - start > timeoutMs) throw new Error(`not within ${timeoutMs} ms: ${what} ${await state()}`);
    await sleep(100);
  }
  return Date.now() - start;
}
