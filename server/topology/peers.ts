import { turnsDuring } from './cells';
import type { Cell, Grid } from './evidence';
import { firstWhere, groupBy } from './groups';
import type { Place } from './places';
import type { Span } from './spans';

/** Places that share one teller's turns: what one gets is not given to another. */
export function poolKey({ tier, teller, pool, group }: Pick<Place, 'tier' | 'teller' | 'pool' | 'group'>): string {
  return JSON.stringify([tier, teller, pool, group]);
}

export function poolsOf(places: readonly Place[]): Map<string, Place[]> {
  return groupBy(places, poolKey);
}

/** Turns that a place would have had in a span if it had been treated as those of its pool that took any. */
export function peersMean(place: Place, pool: readonly Place[], span: Span, grid: Grid): number {
  const others = pool
    .filter(({ id }) => id !== place.id)
    .map(({ turns }) => turnsDuring(turns.cells, span, grid))
    .filter((n) => n > 0);
  return others.length > 0 ? others.reduce((a, b) => a + b, 0) / others.length : 0;
}

/** Turns that were answered without a 5XX: what failed at once proves nobody's presence. */
export function goodTurns(place: Place, span: Span, grid: Grid): number {
  return turnsDuring(place.turns.cells, span, grid, ({ n, failed }) => n - failed);
}

/**
 * When a place took turns again in a time in which it was said to be out: "a server that takes turns serves". A stray turn
 * (a connection that was kept, one try) is none: `least` of what its peers got.
 */
export function servedAgain(
  place: Place,
  pool: readonly Place[],
  span: Span,
  grid: Grid,
  least: number,
): number | null {
  const { cells } = place.turns;
  let first: Cell | null = null;
  for (let i = firstWhere(cells, ({ last }) => last >= span.from); i < cells.length; i++) {
    const cell = cells[i]!;
    if (cell.first >= span.to || (first !== null && first.first >= span.from)) break;
    if (cell.n > cell.failed && (first === null || cell.first >= span.from)) first = cell;
  }
  if (!first) return null;
  const from = first.first >= span.from ? first.first : first.last;
  const rest = { from, to: span.to };
  const good = goodTurns(place, rest, grid);
  return good >= 3 && good >= least * peersMean(place, pool, rest, grid) ? from : null;
}
