/** Lines by which a pace is known, and in how long a time they came. */
export interface Pace {
  n: number;
  ms: number;
}

/**
 * How unlikely none is, as lines that were due of which none came: at a pace that is known for certain rate × time; at one
 * that a few lines tell less (of a Poisson process whose rate was itself seen, the chance of none is (1 + time/seen)^-n).
 */
export function dueIn(ms: number, { n, ms: known }: Pace): number {
  return n * Math.log1p(ms / Math.max(1, known));
}
