import type { Backend as Settings } from '../../description/site';
import type { Line } from '../../lines/line';
import type { PoolRecorder } from '../../truth/recorder';
import { BackendServer, type ServerConfig } from './backend_server';

export interface BackendConfig {
  name: string;
  servers: ServerConfig[];
  settings: Settings;
}

/** One that waits in the queue. */
export interface Waiting {
  client: string;
  proceed(server: BackendServer): void;
}

/** A backend of one HAProxy process: its servers, who is next, and the queue. */
export class Backend {
  readonly servers: BackendServer[];
  readonly queue: Waiting[] = [];
  /** Requests under way and queued. */
  connections = 0;
  total = 0;
  private moves = 0;
  private readonly cookies = new Map<string, BackendServer>();

  constructor(
    readonly config: BackendConfig,
    private readonly pool: PoolRecorder,
  ) {
    this.servers = config.servers.map((server) => new BackendServer(server, config.settings.check));
  }

  get active(): number {
    return this.servers.filter(({ usable, config }) => usable && !config.backup).length;
  }

  get backups(): number {
    return this.servers.filter(({ usable, config }) => usable && config.backup).length;
  }

  /** The servers that may be chosen: a backup, the first one, only when nobody else is there. */
  candidates(): BackendServer[] {
    const primaries = this.servers.filter(({ usable, config }) => usable && !config.backup);
    if (primaries.length > 0) return primaries;
    const backup = this.servers.find(({ usable, config }) => usable && config.backup);
    return backup ? [backup] : [];
  }

  hasCookie(client: string): boolean {
    return this.cookies.has(client);
  }

  /** @param not the server that has just failed, if another is there */
  choose(client: string, not?: BackendServer): BackendServer | 'full' | undefined {
    const candidates = this.candidates();
    if (candidates.length === 0) return undefined;
    const { settings } = this.config;
    const kept = settings.cookie ? this.cookies.get(client) : undefined;
    if (kept && kept !== not && candidates.includes(kept)) return this.isFull(kept) ? 'full' : kept;
    const others = candidates.length > 1 ? candidates.filter((one) => one !== not) : candidates;
    if (settings.algorithm === 'source' && !not) {
      const server = bySource(client, candidates);
      return this.isFull(server) ? 'full' : server;
    }
    const open = others.filter((server) => !this.isFull(server));
    if (open.length === 0) return 'full';
    const server = settings.algorithm === 'roundrobin' ? inTurn(open) : leastBusy(open);
    if (settings.cookie) this.cookies.set(client, server);
    return server;
  }

  take(server: BackendServer): void {
    server.served++;
    server.order = ++this.moves;
  }

  /** A request is done; who waits longest goes on. */
  release(server: BackendServer): void {
    server.served--;
    server.order = ++this.moves;
    if (!server.usable) return;
    const next = this.queue.findIndex(({ client }) => this.suits(client, server));
    if (next !== -1) this.queue.splice(next, 1)[0]!.proceed(server);
  }

  /** Takes down who can be chosen now, and who is out. */
  record(t: number, nameBehind: (address: string) => string | undefined, told?: Line): void {
    for (const { usable, admin, config } of this.servers) {
      const { address } = config;
      if (usable) this.pool.back(t, address);
      else this.pool.out(t, address, nameBehind(address), admin === 'ready' ? 'checks' : admin, told);
    }
    this.pool.view(t, [new Map(this.candidates().map(({ config }) => [config.address, config.weight]))]);
  }

  /** The process is gone: nobody is out of the pool of nobody. */
  forget(t: number): void {
    this.pool.forget(t);
  }

  private suits(client: string, server: BackendServer): boolean {
    const { settings } = this.config;
    const kept = settings.cookie ? this.cookies.get(client) : undefined;
    if (kept?.usable) return kept === server;
    return settings.algorithm !== 'source' || bySource(client, this.candidates()) === server;
  }

  private isFull(server: BackendServer): boolean {
    const { maxconn } = this.config.settings;
    return maxconn !== null && server.served >= maxconn;
  }
}

function leastBusy(servers: readonly BackendServer[]): BackendServer {
  const busyness = ({ served, config }: BackendServer) => served / config.weight;
  return servers.reduce((best, one) => {
    const difference = busyness(one) - busyness(best);
    return difference < 0 || (difference === 0 && one.order < best.order) ? one : best;
  });
}

function inTurn(servers: readonly BackendServer[]): BackendServer {
  let total = 0;
  let best = servers[0]!;
  for (const server of servers) {
    server.current += server.config.weight;
    total += server.config.weight;
    if (server.current > best.current) best = server;
  }
  best.current -= total;
  return best;
}

/** A hash of the visitor's address over the weights of those who are up. */
function bySource(client: string, servers: readonly BackendServer[]): BackendServer {
  const total = servers.reduce((sum, { config }) => sum + config.weight, 0);
  let place = hashOf(client) % total;
  for (const server of servers) {
    place -= server.config.weight;
    if (place < 0) return server;
  }
  return servers[0]!;
}

export function hashOf(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619) >>> 0;
  return hash;
}
