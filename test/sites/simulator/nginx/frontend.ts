import type { Line, Text } from '../../lines/line';
import type { Log } from '../../lines/log';
import { combinedText, type NginxRequest, rotaText } from '../../lines/nginx';
import type { Fault } from '../../truth/truth';
import type { Machine } from '../machine';
import { type Call, isLocal, type Listener, type Server } from '../network';
import type { World } from '../world';
import { Exchange } from './exchange';
import { Upstream, type UpstreamConfig } from './upstream';

const REQUEST_ID = /^[A-Za-z0-9._~:+/=-]{1,128}$/;

export interface FrontendLogs {
  access: Log | undefined;
  error: Log | undefined;
  format: 'rota' | 'combined' | 'extras' | 'none';
}

/** One nginx: a master with its workers, its upstreams, its two logs. */
export class NginxFrontend implements Server {
  readonly listener: Listener;
  private workers: number[] = [];
  private upstreams: Upstream[] = [];
  private connections = 0;
  private readonly exchanges = new Set<Exchange>();

  constructor(
    readonly world: World,
    readonly name: string,
    readonly machine: Machine,
    readonly address: string,
    readonly port: number,
    private readonly logs: FrontendLogs,
    private configs: UpstreamConfig[],
    private readonly workerCount: number,
    /** Whose `X-Forwarded-For` is believed. */
    private readonly trusted: ReadonlySet<string>,
  ) {
    this.listener = { machine, server: this, open: true, fault: undefined };
    world.network.listen(address, this.listener);
    this.start();
  }

  /** Rota's format makes a request id and passes it on; a stock configuration passes on what came. */
  get passesId(): boolean {
    return this.logs.format === 'rota' || this.logs.format === 'extras';
  }

  serve(call: Call): void {
    const { world, workers, upstreams } = this;
    const worker = workers.length === 1 ? workers[0]! : world.random.pick(workers);
    const given = call.id !== undefined && REQUEST_ID.test(call.id) ? call.id : undefined;
    const id = given ?? world.random.hex(4);
    if (call.user && this.passesId) call.user.id ??= id;
    const upstream = upstreams.length === 0 ? undefined : upstreams[call.asked.service % upstreams.length];
    const own = upstream === undefined || call.asked.path === '/healthz';
    const exchange = new Exchange(this, call, own ? undefined : upstream, worker, id, ++this.connections);
    this.exchanges.add(exchange);
    if (own) exchange.answer(200);
    else exchange.proceed();
  }

  /** New workers, which know nothing of what the old ones had seen. */
  reload(configs: UpstreamConfig[] = this.configs): void {
    this.configs = configs;
    if (this.listener.open) this.start();
  }

  crash(fault: Fault): void {
    this.listener.open = false;
    this.listener.fault = fault;
    for (const upstream of this.upstreams) {
      upstream.end();
      upstream.pool.forget(this.world.now);
    }
    for (const exchange of this.exchanges) exchange.kill(fault);
    this.exchanges.clear();
  }

  restart(): void {
    this.listener.open = true;
    this.listener.fault = undefined;
    this.start();
  }

  ended(exchange: Exchange): void {
    this.exchanges.delete(exchange);
  }

  writeAccess(request: NginxRequest): Line | undefined {
    const { access, format } = this.logs;
    return access?.write(format === 'rota' ? rotaText(request) : combinedText(request, format === 'extras'));
  }

  writeError(text: (clock: number) => Text): Line | undefined {
    return this.logs.error?.write(text(this.machine.clock(this.world.now)));
  }

  /** `$remote_addr` behind ngx_http_realip_module: the first that is not trusted, from the end. */
  visitorOf(call: Call): string {
    if (call.forwarded === undefined || !this.trusted.has(call.peer)) return call.peer;
    const hops = call.forwarded.split(', ').reverse();
    return hops.find((address) => !this.trusted.has(address)) ?? hops.at(-1)!;
  }

  /** The source address of a connection to a server. */
  addressTowards(address: string): string {
    if (address.startsWith('unix:')) return 'unix:';
    return isLocal(address) ? '127.0.0.1' : this.machine.address;
  }

  private start(): void {
    const { world, configs } = this;
    this.workers = Array.from({ length: this.workerCount }, () => world.pid());
    for (const upstream of this.upstreams) upstream.end();
    this.upstreams = configs.map((config) => {
      const { algorithm, failTimeout } = config.settings;
      const pool = world.recorder.pool({
        by: this.name,
        pool: config.name,
        kind: 'nginx',
        sticky: algorithm === 'ip_hash',
        leastConnections: algorithm === 'least_conn',
        resolution: (failTimeout + 1) * 1000,
      });
      const nameBehind = (address: string) => world.network.nameBehind(address, this.machine);
      return new Upstream(world, config, pool, this.name, this.workers, nameBehind);
    });
  }
}
