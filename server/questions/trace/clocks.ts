/** A span of time, milliseconds. */
export interface Interval {
  from: number;
  to: number;
}

/**
 * What must be added to an inner hop's times so that it lies inside the outer one that waited for it; 0 when it does.
 * Of all corrections that fit, the smallest; of an inner hop longer than the outer one, the one that centres it.
 */
export function correctionFor(inner: Interval, outer: Interval): number {
  const length = inner.to - inner.from;
  if (length > outer.to - outer.from) return (outer.from + outer.to - inner.from - inner.to) / 2;
  if (inner.from < outer.from) return outer.from - inner.from;
  if (inner.to > outer.to) return outer.to - inner.to;
  return 0;
}

/** One correction a host, from all its hops: the middle one. */
export function middle(corrections: readonly number[]): number {
  const sorted = [...corrections].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
