import type { Upstream as Settings } from '../../description/site';

export interface PeerConfig {
  address: string;
  weight: number;
  backup: boolean;
}

/** One server of an upstream, as the workers that share this state see it. Times are seconds, nginx's own resolution. */
export interface Peer {
  config: PeerConfig;
  effective: number;
  current: number;
  fails: number;
  accessed: number;
  checked: number;
  connections: number;
  /** ms since 1970, from when on it may be tried again; 0: it was not disabled. */
  disabledUntil: number;
}

/** nginx's choice and its passive checks (ngx_http_upstream_round_robin.c, …least_conn_module.c, …ip_hash_module.c). */
export class Peers {
  readonly primaries: Peer[];
  readonly backups: Peer[];

  constructor(
    configs: readonly PeerConfig[],
    private readonly settings: Settings,
  ) {
    const peers = configs.map((config) => ({
      config,
      effective: config.weight,
      current: 0,
      fails: 0,
      accessed: 0,
      checked: 0,
      connections: 0,
      disabledUntil: 0,
    }));
    this.primaries = peers.filter(({ config }) => !config.backup);
    this.backups = peers.filter(({ config }) => config.backup);
  }

  /** With one server alone nobody is ever disabled. */
  get single(): boolean {
    return this.primaries.length === 1 && this.backups.length === 0;
  }

  isDisabled(peer: Peer, now: number): boolean {
    const { maxFails, failTimeout } = this.settings;
    return !this.single && maxFails > 0 && peer.fails >= maxFails && now - peer.checked <= failTimeout;
  }

  /** Those that may be chosen: backups when no primary may. */
  eligible(now: number): Peer[] {
    const primaries = this.primaries.filter((peer) => !this.isDisabled(peer, now));
    return primaries.length > 0 ? primaries : this.backups.filter((peer) => !this.isDisabled(peer, now));
  }

  /** @param tried those that this request has had already */
  pick(now: number, tried: ReadonlySet<Peer>, client: string): Peer | undefined {
    const peer = this.pickOf(this.primaries, now, tried, client) ?? this.pickOf(this.backups, now, tried, undefined);
    if (!peer) return undefined;
    if (now - peer.checked > this.settings.failTimeout) peer.checked = now;
    peer.connections++;
    return peer;
  }

  /** @returns whether the server was disabled by this failure */
  free(peer: Peer, failed: boolean, now: number): boolean {
    peer.connections--;
    if (this.single) return false;
    if (!failed) {
      // Alive again, if it was tried after it had been disabled.
      if (peer.accessed < peer.checked) peer.fails = 0;
      return false;
    }
    const { maxFails } = this.settings;
    peer.fails++;
    peer.accessed = now;
    peer.checked = now;
    if (maxFails === 0) return false;
    peer.effective = Math.max(0, peer.effective - Math.floor(peer.config.weight / maxFails));
    if (peer.fails < maxFails) return false;
    peer.disabledUntil = (now + this.settings.failTimeout + 1) * 1000;
    return true;
  }

  private pickOf(
    peers: readonly Peer[],
    now: number,
    tried: ReadonlySet<Peer>,
    client: string | undefined,
  ): Peer | undefined {
    const open = this.single ? peers : peers.filter((peer) => !tried.has(peer) && !this.isDisabled(peer, now));
    if (open.length === 0) return undefined;
    const { algorithm } = this.settings;
    if (algorithm === 'ip_hash' && client !== undefined) {
      const kept = byAddress(client, peers);
      if (open.includes(kept)) return kept;
    }
    if (algorithm !== 'least_conn') return smooth(open);
    const load = ({ connections, config }: Peer) => connections / config.weight;
    const least = Math.min(...open.map(load));
    return smooth(open.filter((peer) => load(peer) === least));
  }
}

/** Smooth weighted round robin. */
function smooth(peers: readonly Peer[]): Peer {
  let total = 0;
  let best: Peer | undefined;
  for (const peer of peers) {
    peer.current += peer.effective;
    total += peer.effective;
    if (peer.effective < peer.config.weight) peer.effective++;
    if (!best || peer.current > best.current) best = peer;
  }
  best!.current -= total;
  return best!;
}

/** ip_hash looks at the first three octets of the visitor's address. */
function byAddress(client: string, peers: readonly Peer[]): Peer {
  let hash = 89;
  for (const octet of client.split('.').slice(0, 3)) hash = (hash * 113 + Number(octet)) % 6271;
  let place = hash % peers.reduce((sum, { config }) => sum + config.weight, 0);
  for (const peer of peers) {
    place -= peer.config.weight;
    if (place < 0) return peer;
  }
  return peers[0]!;
}
