import type { Log } from '../../lines/log';
import { gunicornText, type Service, type WebappRequest } from '../../lines/webapp';
import type { Fault } from '../../truth/truth';
import type { Machine } from '../machine';
import { type Call, isLocal, type Listener, type Server } from '../network';
import type { World } from '../world';
import { SdkLog } from './sdk_log';

export interface WebappConfig {
  name: string;
  machine: Machine;
  address: string;
  service: 0 | 1;
  version: string;
  environment: string;
  /** ms, median. */
  latency: number;
  log: 'sdk' | 'gunicorn' | 'gunicorn_stock' | 'none';
}

const SERVICES = ['shop', 'blog'] as const;
const PROBE_AGENTS = /HAProxy|Octavia|kube-probe|Uptime-Kuma|ELB-HealthChecker|Zabbix/;

/** What is wrong with a webapp that runs. */
export interface Ailment {
  fault: Fault;
  /** Its answers take so many times as long. */
  factor: number;
  /** What it answers at a time instead of its own status; undefined: nothing wrong then. */
  brokenStatus(t: number): number | undefined;
}

/** A webapp's process, with its faults and its log. */
export class Webapp implements Server {
  readonly listener: Listener;
  version: string;
  private service: Service;
  private sdk: SdkLog | undefined;
  readonly ailments = new Set<Ailment>();
  private readonly calls = new Set<Call>();
  private closing: { sdk: SdkLog; close: () => void } | undefined;

  constructor(
    private readonly world: World,
    readonly config: WebappConfig,
    private readonly log: Log | undefined,
    private readonly trusted: ReadonlySet<string>,
  ) {
    this.version = config.version;
    this.listener = { machine: config.machine, server: this, open: false, fault: undefined };
    this.service = this.describe();
    world.network.listen(config.address, this.listener);
    this.start();
  }

  get name(): string {
    return this.config.name;
  }

  start(): void {
    const { world, config, log } = this;
    this.service = this.describe();
    this.listener.open = true;
    this.listener.fault = undefined;
    if (!log || config.log !== 'sdk') return;
    const id = world.random.hex(3).slice(0, 20);
    const run = {
      id,
      process: config.name,
      from: world.now,
      to: null,
      written: 0,
      closed: false,
      lost: [],
      declared: [],
      refused: [],
    };
    world.recorder.runs.push(run);
    this.sdk = new SdkLog(log, () => config.machine.clock(world.now), this.service, run);
  }

  /** SIGTERM: what is under way is answered, the run is closed. */
  stop(fault?: Fault): void {
    this.listener.open = false;
    this.listener.fault = fault;
    const { sdk, world } = this;
    this.sdk = undefined;
    if (!sdk) return;
    // What is under way still writes to this run.
    const close = () => {
      sdk.close();
      sdk.truth.to = world.now;
    };
    if (this.calls.size === 0) close();
    else this.closing = { sdk, close };
  }

  /** SIGKILL: connections break, the run ends without its closing count. */
  crash(fault: Fault): void {
    this.listener.open = false;
    this.listener.fault = fault;
    if (this.sdk) this.sdk.truth.to = this.world.now;
    this.sdk = undefined;
    for (const call of this.calls) {
      call.onCancel = undefined;
      if (!call.cancelled) call.done({ status: 0, bytes: 0, madeBy: this.name, fault });
    }
    this.calls.clear();
  }

  restart(): void {
    this.start();
  }

  get currentLog(): SdkLog | undefined {
    return this.sdk;
  }

  serve(call: Call): void {
    const { world, config, calls, sdk } = this;
    const { random } = world;
    calls.add(call);
    const begun = world.now;
    const slow = [...this.ailments].find(({ factor }) => factor > 1);
    const duration = Math.max(1, Math.round(random.logNormal(config.latency * (slow?.factor ?? 1), 0.4)));
    const { status, fault } = this.judge();
    const bytes = status === 304 ? 0 : 200 + random.below(4000);
    const end = (got: number | undefined) => {
      calls.delete(call);
      this.write(call, got, got === undefined ? 0 : bytes, world.now - begun, sdk);
      if (this.closing?.sdk === sdk && calls.size === 0) {
        this.closing?.close();
        this.closing = undefined;
      }
    };
    call.onCancel = () => {
      if (calls.has(call)) end(undefined);
    };
    world.agenda.in(duration, () => {
      if (call.cancelled || !calls.has(call)) return;
      end(status);
      call.done({ status, bytes, madeBy: config.name, fault });
    });
  }

  private judge(): { status: number; fault: Fault | undefined } {
    const { now, random } = this.world;
    for (const ailment of this.ailments) {
      const status = ailment.brokenStatus(now);
      if (status !== undefined) return { status, fault: ailment.fault };
    }
    const x = random.next();
    return { status: x < 0.03 ? 404 : x < 0.08 ? 304 : 200, fault: undefined };
  }

  private write(
    call: Call,
    status: number | undefined,
    bytes: number,
    duration: number,
    sdk: SdkLog | undefined,
  ): void {
    const { config, world, log, service } = this;
    const { asked } = call;
    const client = this.visitorOf(call);
    const probe =
      asked.agent === undefined
        ? (asked.path === '/' || asked.path === '/healthz') && (call.forwarded?.split(',').length ?? 0) <= 1
        : PROBE_AGENTS.test(asked.agent);
    const request: WebappRequest = {
      clock: config.machine.clock(world.now),
      asked,
      status,
      bytes,
      duration,
      id: call.id ?? (sdk ? world.random.hex(4) : undefined),
      peer: call.peer,
      client,
      forwarded: call.forwarded,
      probe,
    };
    if (sdk) {
      if (call.user && request.id !== undefined) call.user.id ??= request.id;
      call.line = sdk.access(request);
    } else if (log && config.log !== 'sdk') {
      call.line = log.write(gunicornText(request, service, config.log === 'gunicorn'));
    }
  }

  private visitorOf(call: Call): string {
    if (call.forwarded === undefined) return call.peer;
    const hops = call.forwarded.split(', ').reverse();
    return hops.find((address) => !this.trusted.has(address)) ?? hops.at(-1)!;
  }

  private describe(): Service {
    const { config, world } = this;
    const unix = config.address.startsWith('unix:');
    const [address, port] = config.address.split(':');
    return {
      name: SERVICES[config.service],
      version: this.version,
      environment: config.environment,
      host: config.machine.name,
      pid: world.pid(),
      address: unix ? undefined : isLocal(config.address) ? '127.0.0.1' : address,
      port: unix ? undefined : Number(port),
    };
  }
}
