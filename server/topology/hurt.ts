import type { BalancerAnswers, Cell, Evidence, Grid } from './evidence';
import { firstWhere } from './groups';
import type { Place } from './places';
import type { Span } from './spans';

/**
 * The users' 5XX, each once, wherever it was made, by step and by whom it came through. Events take theirs out of it, the
 * one that explains most first; what nobody took is told as unexplained.
 */
export class Ledger {
  private readonly left = new Map<string, Map<number, number>>();
  /** Begins of all steps in which users got a 5XX. */
  private known: number[] | null = null;

  constructor(
    private readonly grid: Grid,
    /** Hosts whose users' answers cannot be told apart here (their balancer calls them by names nobody joined). */
    private readonly anyhow: boolean,
  ) {}

  add(through: string, cells: readonly Pick<Cell, 't' | 'n'>[]): void {
    const own = this.left.get(through) ?? new Map<number, number>();
    for (const { t, n } of cells) if (n > 0) own.set(t, (own.get(t) ?? 0) + n);
    this.left.set(through, own);
    this.known = null;
  }

  private get steps(): readonly number[] {
    this.known ??= [...new Set([...this.left.values()].flatMap((own) => [...own.keys()]))].sort((a, b) => a - b);
    return this.known;
  }

  get total(): number {
    return [...this.left.values()].reduce((sum, own) => sum + [...own.values()].reduce((a, b) => a + b, 0), 0);
  }

  /** Takes what came through this host in a span, whole steps, and says how much it was. */
  take(through: string, span: Span, most: (t: number) => number = () => Number.POSITIVE_INFINITY): number {
    const own = this.left.get(through);
    if (!own) return this.anyhow ? this.takeAnyhow(span, most) : 0;
    return this.takeFrom(own, span, most);
  }

  private takeAnyhow(span: Span, most: (t: number) => number): number {
    let taken = 0;
    for (const t of this.stepsIn(span)) {
      let limit = most(t);
      for (const own of this.left.values()) {
        if (limit <= 0) break;
        const now = Math.min(limit, own.get(t) ?? 0);
        limit -= now;
        taken += now;
        if (now > 0) own.set(t, own.get(t)! - now);
      }
    }
    return taken;
  }

  private takeFrom(own: Map<number, number>, span: Span, most: (t: number) => number): number {
    let taken = 0;
    for (const t of this.stepsIn(span)) {
      const n = own.get(t);
      if (n === undefined) continue;
      const now = Math.min(n, most(t));
      taken += now;
      own.set(t, n - now);
    }
    return taken;
  }

  /** Begins of the steps that a span touches. */
  private stepsIn({ from, to }: Span): readonly number[] {
    return this.steps.slice(
      firstWhere(this.steps, (t) => t + this.grid.interval > from),
      firstWhere(this.steps, (t) => t > to),
    );
  }
}

/** How a balancer's own answers are kept in the ledger: by pool. */
export function unservedKey({ teller, pool }: Pick<BalancerAnswers, 'teller' | 'pool'>): string {
  return JSON.stringify(['unserved', teller, pool]);
}

/**
 * Whose lines tell what users got: the balancers' where they are all there; else the frontends', with the balancers' own
 * answers that no frontend has a line of; else the webapps'.
 */
export type Entry = 'balancer' | 'frontends' | 'webapps';

export function entryOf(frontends: { source: string }, evidence: Pick<Evidence, 'ownFrontends' | 'balancers'>): Entry {
  if (frontends.source === 'balancer') return 'balancer';
  if (evidence.ownFrontends.length > 0) return 'frontends';
  return evidence.balancers.length > 0 ? 'balancer' : 'webapps';
}

/** What users got through the frontends that give a webapp its turns: no more of it than the webapp's own turns say. */
export function takeBelow(
  cells: readonly Cell[],
  place: Place | undefined,
  span: Span,
  { evidence, ledger }: { evidence: Pick<Evidence, 'grid' | 'balancers'>; ledger: Ledger },
): number {
  const { grid, balancers } = evidence;
  const { interval } = grid;
  const most = (t: number) => {
    const cell = cells[firstWhere(cells, (one) => one.t > t - interval)];
    return cell !== undefined && cell.t < t + interval ? cell.hurt : 0;
  };
  // Webapps that stand in a balancer's pool are who users came through.
  const isDirect = place !== undefined && balancers.some(({ teller }) => teller === place.teller);
  return ledger.take((isDirect ? null : place?.teller) ?? place?.host ?? '', span, most);
}
