import { joinCells } from './cells';
import type { Evidence } from './evidence';
import { groupBy, leastOf } from './groups';
import { dueIn } from './pace';

/** None where so many were due is hardly chance; of a balancer that has somebody out less, since it may be gone with that. */
const DUE_LINES = 6;
const DUE_OF_OUT = 4;

/** Balancers that wrote of their requests and then of none any more: whom they took out since then nobody says. */
export function endedTellers(
  { balancers, window, settledTo }: Evidence,
  hasOut: ReadonlySet<string | null>,
): { teller: string; since: number }[] {
  return [...groupBy(balancers, ({ teller }) => teller)].flatMap(([teller, rows]) => {
    const cells = joinCells(rows.map((row) => row.cells));
    const last = cells.at(-1)?.last;
    if (teller === null || last === undefined) return [];
    const n = cells.reduce((sum, cell) => sum + cell.n, 0);
    const ms = last - leastOf([cells[0]!.first, window.from]);
    const enough = hasOut.has(teller) ? DUE_OF_OUT : DUE_LINES;
    return ms > 0 && last < settledTo && dueIn(settledTo - last, { n, ms }) >= enough ? [{ teller, since: last }] : [];
  });
}
