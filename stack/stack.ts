import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportOutcome } from '../pipeline/import/index.js';
import { type Controls, controlServer } from './control/server.js';
import { orphans, readState, removeState, type StackState, stateFile, writeState } from './control/state.js';
import { StackError } from './errors.js';
import { type RunFolders, runFolders } from './layout.js';
import type { StackOptions } from './options.js';
import { assertFree, type PortPlan, portPlan } from './ports.js';
import { setFrontendFault } from './services/nginx.js';
import type { ServiceProcess } from './services/process.js';
import { type Fault, invalid } from './webapps/node/fault.js';

/** A running (or starting) stack: its services by name, in the order in which they start. */
export class Stack implements Controls {
  readonly ports: PortPlan;
  readonly folders: RunFolders;
  readonly services = new Map<string, ServiceProcess>();
  /** The Elasticsearch that documents go to: ours, or the user's. */
  elasticsearchUrl: string;
  /** What became of the log files that it was started with. */
  imported: ImportOutcome | undefined;
  private control: Server | undefined;
  private mendTimers = new Map<string, NodeJS.Timeout>();
  private onDown: () => void = () => undefined;

  constructor(readonly options: StackOptions) {
    this.ports = portPlan(options.base);
    this.assertAlone();
    this.folders = runFolders(options.base);
    this.elasticsearchUrl =
      typeof options.elasticsearch === 'object' && 'url' in options.elasticsearch
        ? options.elasticsearch.url
        : `http://127.0.0.1:${this.ports.elasticsearch}`;
  }

  /** Throws ROTA_PORT_TAKEN when a port that this stack will open is in use. */
  async assertPortsFree(): Promise<void> {
    const { ports, options } = this;
    const frontends = Array.from({ length: options.frontends }, (_, i) => ports.frontend(i + 1));
    const webapps = Array.from({ length: options.frontends * options.webappsPerFrontend }, (_, i) =>
      ports.webapp(i + 1),
    );
    const own = options.elasticsearch === 'embedded' || 'home' in options.elasticsearch;
    const store = own ? [ports.elasticsearch, ports.elasticsearchTransport] : [];
    const rest = [ports.site, ports.dashboard, ports.haproxyStats, ports.haproxyLog, ...Object.values(ports.rsyslog)];
    await assertFree([...rest, ...store, ...frontends, ...webapps], options.base);
  }

  /** Opens the control socket, through which `npm run demo` drives this stack. `onDown` is called by `demo -- down`. */
  async open(onDown: () => void): Promise<void> {
    this.onDown = onDown;
    this.control = await controlServer(this.controlSocket, this);
    this.save();
  }

  /** Adds a service and starts it. */
  async run(service: ServiceProcess): Promise<void> {
    this.services.set(service.spec.name, service);
    await service.start();
  }

  /** Stops everything, the last started first, so that no log line's way is cut before the line was sent. */
  async close(): Promise<void> {
    for (const timer of this.mendTimers.values()) clearTimeout(timer);
    for (const tier of [['dashboard'], ['lb'], ['frontend'], ['webapp'], ['log'], ['store']]) {
      const group = [...this.services.values()].reverse().filter(({ spec }) => tier.includes(spec.tier));
      if (tier[0] === 'log') for (const service of group) await service.stop();
      else await Promise.all(group.map((service) => service.stop()));
    }
    await new Promise((resolve) => (this.control ? this.control.close(resolve) : resolve(undefined)));
    removeState(this.options.base);
  }

  status(): StackState {
    const { ports } = this;
    return {
      pid: process.pid,
      base: this.options.base,
      control: this.controlSocket,
      services: [...this.services.values()].map(({ spec, pid, state, since }) => ({
        name: spec.name,
        tier: spec.tier,
        pid: pid ?? null,
        port: spec.port,
        state,
        since: since.toISOString(),
      })),
      urls: {
        site: `http://127.0.0.1:${ports.site}/`,
        dashboard: this.dashboardUrl,
        elasticsearch: this.elasticsearchUrl,
        haproxy_stats: `http://127.0.0.1:${ports.haproxyStats}/stats`,
      },
    };
  }

  get dashboardUrl(): string {
    return `http://127.0.0.1:${this.ports.dashboard}/app/rota`;
  }

  /** Writes state.json; services call it when their state changes. */
  readonly save = (): void => {
    if (this.control) writeState(this.status());
  };

  async stop(name: string): Promise<void> {
    await this.service(name).stop();
  }

  async start(name: string): Promise<void> {
    await this.service(name).start();
  }

  async fail(name: string, fault: Fault): Promise<void> {
    const service = this.service(name);
    const problem = invalid(fault);
    if (problem) throw new StackError('ROTA_USAGE', problem);
    if (service.spec.tier === 'webapp') return this.fault(service, 'PUT', fault);
    if (service.spec.tier !== 'frontend' || fault.status === undefined) {
      throw new StackError(
        'ROTA_USAGE',
        `${name} cannot be made to fail like this: give a webapp, or a frontend and a --status.`,
      );
    }
    await this.frontendFault(service, fault.status);
    clearTimeout(this.mendTimers.get(name));
    if (fault.for_s === undefined) return;
    this.mendTimers.set(
      name,
      setTimeout(() => void this.frontendFault(service, undefined), fault.for_s * 1000),
    );
  }

  async mend(name: string): Promise<void> {
    const service = this.service(name);
    if (service.spec.tier === 'webapp') return this.fault(service, 'DELETE');
    clearTimeout(this.mendTimers.get(name));
    await this.frontendFault(service, undefined);
  }

  async down(): Promise<void> {
    this.onDown();
  }

  private service(name: string): ServiceProcess {
    const service = this.services.get(name);
    if (service) return service;
    throw new StackError(
      'ROTA_UNKNOWN_SERVICE',
      `This stack has no "${name}". It has: ${[...this.services.keys()].join(', ')}.`,
    );
  }

  private async fault({ spec }: ServiceProcess, method: 'PUT' | 'DELETE', fault?: Fault): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${spec.port}/__rota/fault`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(fault ? { body: JSON.stringify(fault) } : {}),
    }).catch(() => undefined);
    if (response?.ok) return;
    throw new StackError(
      'ROTA_NOT_RUNNING',
      `${spec.name} does not answer. Start it: npm run demo -- start ${spec.name}`,
    );
  }

  private async frontendFault(service: ServiceProcess, status: number | undefined): Promise<void> {
    setFrontendFault(this.folders.of(service.spec.name), status);
    service.signal('SIGHUP');
  }

  /** Below the run folder, or in the temporary folder where that path is too long for a unix socket (108 bytes). */
  private get controlSocket(): string {
    const near = join(this.folders.root, 'control.sock');
    if (near.length < 100) return near;
    return join(tmpdir(), `rota-${createHash('sha256').update(near).digest('hex').slice(0, 12)}.sock`);
  }

  private assertAlone(): void {
    const { base } = this.options;
    if (readState(base)) {
      throw new StackError(
        'ROTA_ALREADY_RUNNING',
        `A stack runs on port base ${base} already. End it with "npm run demo -- down", or choose another base: ROTA_PORT_BASE=${base + 1000} npm start`,
      );
    }
    const left = orphans(base);
    if (left.length === 0) return;
    throw new StackError(
      'ROTA_ALREADY_RUNNING',
      `A stack on port base ${base} was killed and left ${left.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')}. End them with "npm run demo -- down" (they are listed in ${stateFile(base)}).`,
    );
  }
}
