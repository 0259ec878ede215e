import type { Dues } from '../../topology/due';

const PARTS = 4;
/** A part with fewer turns due says nothing. */
const ENOUGH = 50;
const SAME = 0.25;

/** Whether a place got the same multiple of what was due to it in each quarter of the range. */
export function isSteady(dues: readonly Dues[]): boolean {
  const length = dues[0]?.rows.got.length ?? 0;
  const ratios = Array.from({ length: PARTS }, (_, k) => {
    const [from, to] = [Math.floor((k * length) / PARTS), Math.floor(((k + 1) * length) / PARTS)];
    const sum = (read: (one: Dues) => number[]) =>
      dues.reduce(
        (total, one) =>
          total +
          read(one)
            .slice(from, to)
            .reduce((a, b) => a + b, 0),
        0,
      );
    const due = sum(({ rows }) => rows.due);
    return due >= ENOUGH ? sum(({ rows }) => rows.got) / due : null;
  }).filter((ratio): ratio is number => ratio !== null);
  if (ratios.length < 3) return false;
  const mean = ratios.reduce((a, b) => a + b, 0) / ratios.length;
  return ratios.every((ratio) => Math.abs(ratio - mean) <= SAME * Math.max(mean, 0.1));
}
