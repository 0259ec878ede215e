import type { Line } from '../lines/line';
import type {
  Fault,
  Member,
  Outage,
  OutageReason,
  PoolTruth,
  Process,
  Run,
  Turn,
  UserRequest,
  VersionChange,
  View,
  Writer,
} from './truth';

/** Takes down what is so while the site runs. */
export class Recorder {
  readonly processes: Process[] = [];
  readonly pools: PoolRecorder[] = [];
  readonly requests: UserRequest[] = [];
  readonly turns: Turn[] = [];
  readonly outages: Outage[] = [];
  readonly faults: Fault[] = [];
  readonly versions: VersionChange[] = [];
  readonly runs: Run[] = [];
  readonly writers: Writer[] = [];

  /** @param keepsTraffic false: a site that runs for days keeps no request and no turn. */
  constructor(private readonly keepsTraffic: boolean) {}

  request(request: UserRequest): void {
    if (this.keepsTraffic) this.requests.push(request);
  }

  turn(turn: Turn): void {
    if (this.keepsTraffic) this.turns.push(turn);
  }

  /** The pool of that name of that proxy, which outlives the proxy's reloads. */
  pool(truth: Omit<PoolTruth, 'members' | 'views'>): PoolRecorder {
    const known = this.pools.find(({ by, pool }) => by === truth.by && pool === truth.pool);
    if (known) return known;
    const pool = new PoolRecorder(truth, this.outages, this.keepsTraffic);
    this.pools.push(pool);
    return pool;
  }
}

export class PoolRecorder implements PoolTruth {
  readonly by: string;
  readonly pool: string;
  readonly kind: 'haproxy' | 'nginx';
  readonly sticky: boolean;
  readonly leastConnections: boolean;
  readonly resolution: number;
  readonly members: Member[] = [];
  readonly views: View[] = [];
  private lastView = '';
  private readonly open = new Map<string, Outage>();

  constructor(
    truth: Omit<PoolTruth, 'members' | 'views'>,
    private readonly outages: Outage[],
    private readonly keepsViews: boolean,
  ) {
    this.by = truth.by;
    this.pool = truth.pool;
    this.kind = truth.kind;
    this.sticky = truth.sticky;
    this.leastConnections = truth.leastConnections;
    this.resolution = truth.resolution;
  }

  /** Who belongs to the pool from now on. */
  setMembers(t: number, members: Omit<Member, 'from' | 'to'>[]): void {
    for (const member of this.members) {
      if (member.to === null && !members.some((one) => isSame(one, member))) member.to = t;
    }
    for (const member of members) {
      if (!this.members.some((one) => one.to === null && isSame(one, member))) {
        this.members.push({ ...member, from: t, to: null });
      }
    }
  }

  view(t: number, eligible: ReadonlyMap<string, number>[]): void {
    if (!this.keepsViews) return;
    const text = eligible.map((places) => [...places].join(' ')).join('|');
    if (text === this.lastView) return;
    this.lastView = text;
    this.views.push({ t, eligible });
  }

  /** @param worker the one that thinks so, where it is not all of them */
  out(
    t: number,
    place: string,
    server: string | undefined,
    reason: OutageReason,
    told: Line | undefined,
    worker?: number,
  ): void {
    const key = `${place} ${worker}`;
    if (this.open.has(key)) return;
    const { by, pool } = this;
    const outage: Outage = {
      by,
      pool,
      place,
      server,
      reason,
      from: t,
      to: null,
      triedAt: null,
      firm: [],
      worker,
      told,
    };
    this.open.set(key, outage);
    this.outages.push(outage);
  }

  /** @param to from when on it may be chosen again; `triedAt` when it was, with success */
  back(to: number, place: string, worker?: number, triedAt: number | null = null): void {
    const key = `${place} ${worker}`;
    const outage = this.open.get(key);
    if (!outage) return;
    outage.to = to;
    outage.triedAt = triedAt;
    this.open.delete(key);
  }

  /** Passive checks: not to be chosen until then. */
  barred(from: number, to: number, place: string, worker: number | undefined): void {
    this.open.get(`${place} ${worker}`)?.firm.push({ from, to });
  }

  /** The line comes after the decision. */
  tell(place: string, worker: number | undefined, told: Line | undefined): void {
    const outage = this.open.get(`${place} ${worker}`);
    if (outage) outage.told ??= told;
  }

  isOut(place: string, worker?: number): boolean {
    return this.open.has(`${place} ${worker}`);
  }

  /** A proxy that starts anew has forgotten who was out. */
  forget(t: number): void {
    for (const outage of this.open.values()) outage.to = t;
    this.open.clear();
  }
}

function isSame(one: Omit<Member, 'from' | 'to'>, other: Omit<Member, 'from' | 'to'>): boolean {
  return (
    one.place === other.place &&
    one.serverName === other.serverName &&
    one.weight === other.weight &&
    one.backup === other.backup
  );
}
