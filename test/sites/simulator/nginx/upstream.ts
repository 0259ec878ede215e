import type { Upstream as Settings } from '../../description/site';
import type { Line } from '../../lines/line';
import type { PoolRecorder } from '../../truth/recorder';
import type { Fault } from '../../truth/truth';
import type { World } from '../world';
import { type Peer, type PeerConfig, Peers } from './peers';

export interface UpstreamConfig {
  name: string;
  servers: PeerConfig[];
  settings: Settings;
}

/** An upstream of one nginx, from one reload to the next: what its workers think of the servers. */
export class Upstream {
  /** One state for all workers with `zone`, else one each. */
  private readonly states: Peers[];
  private empty: Fault | undefined;

  constructor(
    private readonly world: World,
    readonly config: UpstreamConfig,
    readonly pool: PoolRecorder,
    private readonly by: string,
    private readonly workers: readonly number[],
    private readonly nameBehind: (address: string) => string | undefined,
  ) {
    const { servers, settings } = config;
    const count = settings.zone ? 1 : workers.length;
    this.states = Array.from({ length: count }, () => new Peers(servers, settings));
    pool.forget(world.now);
    pool.setMembers(
      world.now,
      servers.map(({ address, weight, backup }) => ({ place: address, serverName: address, weight, backup })),
    );
    this.record();
  }

  get tries(): number {
    return Math.min(2, this.config.servers.length);
  }

  pick(worker: number, tried: ReadonlySet<Peer>, client: string): Peer | undefined {
    this.record();
    const peer = this.of(worker).pick(this.seconds, tried, client);
    if (!peer && tried.size === 0) this.setEmpty();
    else if (peer && this.empty) {
      this.world.faults.end(this.empty);
      this.empty = undefined;
    }
    return peer;
  }

  /** @returns whether the server was disabled by this failure */
  free(worker: number, peer: Peer, failed: boolean): boolean {
    const { pool, world } = this;
    const { address } = peer.config;
    const own = this.ownWorker(worker);
    const disabled = this.of(worker).free(peer, failed, this.seconds);
    if (disabled) {
      pool.out(world.now, address, this.nameBehind(address), 'passive', undefined, own);
      pool.barred(world.now, peer.disabledUntil, address, own);
    } else if (!failed && peer.fails === 0 && pool.isOut(address, own)) {
      pool.back(peer.disabledUntil, address, own, world.now);
    }
    if (disabled || !failed) this.record();
    return disabled;
  }

  /** The line that says that a server was disabled. */
  tell(worker: number, peer: Peer, told: Line | undefined): void {
    this.pool.tell(peer.config.address, this.ownWorker(worker), told);
  }

  get noServerFault(): Fault | undefined {
    return this.empty;
  }

  /** The process is reloaded or gone. */
  end(): void {
    if (this.empty) this.world.faults.end(this.empty);
  }

  private setEmpty(): void {
    const behind = this.config.servers.flatMap(({ address }) => this.nameBehind(address) ?? []);
    this.empty ??= this.world.faults.begin('no_server', [this.by, ...behind], false);
  }

  private record(): void {
    const { seconds } = this;
    this.pool.view(
      this.world.now,
      this.states.map(
        (state) => new Map(state.eligible(seconds).map(({ config }) => [config.address, config.weight] as const)),
      ),
    );
  }

  private of(worker: number): Peers {
    return this.states.length === 1 ? this.states[0]! : this.states[this.workers.indexOf(worker)]!;
  }

  private ownWorker(worker: number): number | undefined {
    return this.states.length === 1 ? undefined : worker;
  }

  /** nginx's clock for this is a second's. */
  private get seconds(): number {
    return Math.floor(this.world.now / 1000);
  }
}
