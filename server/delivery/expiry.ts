import type { Kept, OwnLines, RunLife } from './evidence';
import type { Hole } from './holes';

/** The SDK reports every 30 s, so that a run that goes on writes at the latest then; three reports may be late. */
const HEARTBEAT_MS = 95_000;
const HOUR_MS = 3_600_000;
/** Fewer lines than this have no pace. */
const A_PACE = 10;

/**
 * Since when everything that a run may have written is kept, in each data set, and what is said of it: drops, dead letters.
 * −Infinity: nothing of it can have been deleted.
 */
export function keptSince(life: RunLife, kept: readonly Kept[]): number {
  const since = Math.max(...kept.map(({ from }) => from), Number.NEGATIVE_INFINITY);
  return life.indexedFrom > since + slackOf(life, life.lines) ? Number.NEGATIVE_INFINITY : since;
}

/**
 * Up to which number absent ones may have been deleted. 0: none.
 * @param before the run's highest number that was indexed before `since`; null: all its lines are newer
 */
export function expiredTo(life: RunLife, since: number, before: number | null, holes: readonly Hole[]): number {
  if (since === Number.NEGATIVE_INFINITY) return 0;
  const last = before ?? 0;
  // Between the last line from before and the next one: written before, or after.
  return (
    holes.find((hole) => hole.first <= last + 1 && hole.last > last)?.last ?? (before === null ? life.lowest - 1 : last)
  );
}

/**
 * The same, where nobody tells what was deleted: by the lines alone. A data set lost old lines of a run when the run's first
 * one in it is the oldest that the data set has, and the run must have begun more than an hour before: by its lines elsewhere, or
 * by its pace.
 */
export function inferredExpiredTo(life: RunLife, kept: readonly Kept[], own: readonly OwnLines[]): number {
  const began = life.indexedFrom - (life.lowest - 1) * paceOf(life, life.lines);
  const numbers = kept.map(({ dataset, oldest }) => {
    const mine = own.find((lines) => lines.dataset === dataset);
    if (oldest === null || mine === undefined || mine.lines < A_PACE || began > oldest - HOUR_MS) return 0;
    return mine.indexedFrom <= oldest + slackOf(mine, mine.lines) ? mine.lowest - 1 : 0;
  });
  return Math.max(0, ...numbers);
}

interface Times {
  indexedFrom: number;
  indexedTo: number;
}

/** Time from one line to the next, on average. */
function paceOf({ indexedFrom, indexedTo }: Times, lines: number): number {
  return lines > 1 ? (indexedTo - indexedFrom) / (lines - 1) : 0;
}

/** How long after the oldest kept line the first of a run may come that had begun before. */
function slackOf(times: Times, lines: number): number {
  return Math.max(HEARTBEAT_MS, 3 * paceOf(times, lines));
}
