import type { Dues } from '../../topology/due';

const PARTS = 4;
/** So much more or less than on the average is the same, of however many turns. */
const SAME = 0.25;
/** χ² of three degrees of freedom that chance exceeds once in a thousand times. */
const BEYOND_CHANCE = 16.3;

/**
 * Whether a place got the same multiple of what was due to it all along, as far as can be told: what it got in each quarter of
 * the range differs from that by no more than chance does. Of few turns nobody can tell a weight from a fault.
 */
export function isSteady(dues: readonly Dues[]): boolean {
  const length = dues[0]?.rows.got.length ?? 0;
  const parts = Array.from({ length: PARTS }, (_, k) => {
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
    return { got: sum(({ rows }) => rows.got), due: sum(({ rows }) => rows.due) };
  });
  const all = parts.reduce((a, b) => ({ got: a.got + b.got, due: a.due + b.due }));
  if (all.due === 0) return false;
  const ratio = all.got / all.due;
  const chance = parts.reduce((sum, { got, due }) => sum + (got - ratio * due) ** 2 / Math.max(1, ratio * due), 0);
  if (chance <= BEYOND_CHANCE) return true;
  return parts.every(({ got, due }) => Math.abs(got - ratio * due) <= SAME * Math.max(ratio, 0.1) * due);
}
