import type { Line } from '../lines/line';
import type { PoolTruth, Process, Span, Truth, Turn, UserRequest } from '../truth/truth';
import type { Tier } from './answers';

/** A turn of a tier, whoever gave it, as its lines tell it. */
export interface Taken {
  by: string | null;
  pool: PoolTruth | undefined;
  place: string;
  server: string | undefined;
  begun: number;
  status: number;
  attempt: number;
  user: UserRequest;
  /** In the range by each time that a line may have; at its edge when they disagree. */
  range: 'in' | 'edge';
  /** Some line that is there tells who took it. */
  evident: boolean;
  /** An uptime service's, which no line tells from a user's. */
  doubtful: boolean;
}

/** The truth of one range, with what lines can tell of it. */
export class View {
  readonly range: Span;
  private readonly byName: Map<string, Process>;

  constructor(readonly truth: Truth) {
    this.range = truth.range;
    this.byName = new Map(truth.processes.map((process) => [process.name, process]));
  }

  process(name: string | undefined): Process | undefined {
    return name === undefined ? undefined : this.byName.get(name);
  }

  /** The line was there when the question was asked. */
  isVisible(line: Line | undefined): boolean {
    return line !== undefined && line.fate === 'sent' && line.ingested <= this.truth.askedAt;
  }

  /** How far a process's clock is ahead, ms. */
  ahead(name: string | null | undefined, t: number): number {
    const machine = this.process(name ?? undefined)?.machine;
    const steps = machine === undefined ? undefined : this.truth.clocks.get(machine);
    let ahead = 0;
    for (const step of steps ?? []) if (step.t <= t) ahead = step.ahead;
    return ahead;
  }

  /** Whether its clock was off by a second or more at some time from shortly before the range on. */
  isClockOff(name: string | undefined): boolean {
    const machine = this.process(name)?.machine;
    return this.truth.clocks.get(machine ?? '')?.some(({ ahead }) => Math.abs(ahead) >= 1000) ?? false;
  }

  /** Users' requests that reached the site. */
  requests(): { request: UserRequest; range: 'in' | 'edge' }[] {
    return this.truth.requests.flatMap((request) => {
      if (request.status === 0 && request.line === undefined) return [];
      const range = this.rangeOf([request.begun, request.ended], [request.entrance]);
      return range === 'out' ? [] : [{ request, range }];
    });
  }

  /** A balancer's servers are shown as frontends, where nothing else stands before the webapps: it is a name for them. */
  tier(shown: Tier): Tier {
    return this.truth.site.frontends.length === 0 ? 'webapp' : shown;
  }

  tiers(): Tier[] {
    return this.truth.site.frontends.length === 0 ? ['webapp'] : ['frontend', 'webapp'];
  }

  turnsOf(shown: Tier): Taken[] {
    const tier = this.tier(shown);
    const given = this.truth.turns.flatMap((turn) => this.taken(turn, tier));
    return given.length > 0 || !this.isEntrance(tier) ? given : this.entries(tier);
  }

  /** Users come to this tier first: nobody above tells of it. */
  isEntrance(tier: Tier): boolean {
    const { balancers, frontends } = this.truth.site;
    return balancers.length === 0 && (frontends.length === 0 || tier === 'frontend');
  }

  /** A proxy was told of this place, whether anybody stood there or not. */
  isPlace(name: string): boolean {
    return this.truth.pools.some(({ members }) => members.some(({ place }) => place === name));
  }

  /** Somebody above it writes of the turns that it got. */
  hasTeller(name: string): boolean {
    return this.truth.turns.some(({ server, place, told }) => {
      // A service's address does not say who of it took a turn.
      return server === name && this.process(name)?.address === place && this.isVisible(told);
    });
  }

  poolOf(by: string, pool: string): PoolTruth | undefined {
    return this.truth.pools.find((one) => one.by === by && one.pool === pool);
  }

  private taken(turn: Turn, tier: Tier): Taken[] {
    const pool = this.poolOf(turn.by, turn.pool);
    if (this.tierOf(turn) !== tier) return [];
    const times = [turn.user.begun, turn.begun, turn.ended, turn.told?.t ?? turn.ended];
    const range = this.rangeOf(times, [turn.by, turn.server]);
    if (range === 'out') return [];
    const { log } = this.process(turn.by)!;
    const evident = (this.isVisible(turn.told) && log !== 'combined') || this.isVisible(turn.own);
    return [{ ...turn, pool, range, evident, doubtful: turn.user.foreign }];
  }

  private tierOf({ by, place }: Turn): Tier {
    const isBalancer = this.process(by)?.tier === 'lb';
    return isBalancer && this.truth.processes.some((one) => one.tier === 'frontend' && one.address === place)
      ? 'frontend'
      : 'webapp';
  }

  /** Without anybody above, who was entered took the turn. */
  private entries(tier: Tier): Taken[] {
    return this.requests().flatMap(({ request, range }) => {
      const process = this.process(request.entrance);
      if (process?.tier !== tier) return [];
      return [
        {
          by: null,
          pool: undefined,
          place: process.address,
          server: process.name,
          begun: request.begun,
          status: request.status,
          attempt: 1,
          user: request,
          range,
          evident: this.isVisible(request.line),
          doubtful: request.foreign,
        },
      ];
    });
  }

  private rangeOf(times: readonly number[], clocks: readonly (string | null | undefined)[]): 'in' | 'edge' | 'out' {
    const { from, to } = this.range;
    let [inside, outside] = [0, 0];
    for (const t of times) {
      for (const ahead of [0, ...clocks.map((name) => this.ahead(name, t))]) {
        if (t + ahead >= from && t + ahead < to) inside++;
        else outside++;
      }
    }
    return inside === 0 ? 'out' : outside === 0 ? 'in' : 'edge';
  }
}
