import { rowOf } from './cells';
import type { BalancerAnswers, Cell, Evidence, Grid } from './evidence';
import type { Place } from './places';
import type { Span } from './spans';

/**
 * The users' 5XX, each once, wherever it was made, by step and by whom it came through. Events take theirs out of it, the
 * one that explains most first; what nobody took is told as unexplained.
 */
export class Ledger {
  private readonly left = new Map<string, Map<number, number>>();

  constructor(
    private readonly grid: Grid,
    /** Hosts whose users' answers cannot be told apart here (their balancer calls them by names nobody joined). */
    private readonly anyhow: boolean,
  ) {}

  add(through: string, cells: readonly Pick<Cell, 't' | 'n'>[]): void {
    const own = this.left.get(through) ?? new Map<number, number>();
    for (const { t, n } of cells) if (n > 0) own.set(t, (own.get(t) ?? 0) + n);
    this.left.set(through, own);
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
    const limits = new Map<number, number>();
    let taken = 0;
    for (const own of this.left.values()) {
      taken += this.takeFrom(own, span, (t) => {
        const limit = limits.get(t) ?? most(t);
        const now = Math.min(limit, own.get(t) ?? 0);
        limits.set(t, limit - now);
        return now;
      });
    }
    return taken;
  }

  private takeFrom(own: Map<number, number>, { from, to }: Span, most: (t: number) => number): number {
    let taken = 0;
    for (const [t, n] of own) {
      if (t + this.grid.interval <= from || t > to) continue;
      const now = Math.min(n, most(t));
      taken += now;
      own.set(t, n - now);
    }
    return taken;
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
  { evidence, ledger }: { evidence: Pick<Evidence, 'grid'>; ledger: Ledger },
): number {
  const { grid } = evidence;
  const hurt = rowOf(cells, grid, (cell) => cell.hurt);
  const begin = grid.times[0] ?? 0;
  const most = (t: number) => hurt[Math.floor((t - begin) / grid.interval)] ?? 0;
  return ledger.take(place?.teller ?? place?.host ?? '', span, most);
}
