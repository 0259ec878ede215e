import type { Cell, Grid } from './evidence';

type Counted = Pick<Cell, 't' | 'n'>;

/** So long a request may be under way between two lines about it: at the most, and on the average. */
const LONGEST_MS = 60_000;
const UNDER_WAY_MS = 500;

/**
 * Of requests that two sides write of, how many the one lacks, at the least. At any moment some are written of by one side
 * alone: the other writes of them a moment later, or by another clock. So only a difference counts that is more than at every
 * step of the minute before, and stays so for a minute. At the range's own ends, where nobody sees what was before or comes
 * after, one is no sign.
 */
export function lacking(has: readonly Counted[], lacks: readonly Counted[], { times, interval }: Grid): number {
  const differences = times.map(() => 0);
  const begin = times[0] ?? 0;
  const add = (cells: readonly Counted[], sign: 1 | -1) => {
    for (const { t, n } of cells) {
      const i = Math.floor((t - begin) / interval);
      if (i >= 0 && i < differences.length) differences[i]! += sign * n;
    }
  };
  add(has, 1);
  add(lacks, -1);
  let sum = 0;
  const sums = differences.map((n) => (sum += n));
  const last = sums.length - 1;
  const span = Math.max(1, Math.ceil(LONGEST_MS / interval));
  // One at each end, and no more.
  let found = sum - 2;
  sums.forEach((_, i) => {
    const after = Math.min(...sums.slice(i, i + span + 1));
    const before = Math.max(i < span ? 0 : Number.NEGATIVE_INFINITY, ...sums.slice(Math.max(0, i - span), i));
    found = Math.max(found, after - before - Number(i === 0) - Number(i === last));
  });
  const all = has.reduce((total, { n }) => total + n, 0);
  return found > (UNDER_WAY_MS * all) / Math.max(1, times.length * interval) ? Math.max(0, found) : 0;
}
