/** A stretch of time, half open: `from` belongs to it, `to` does not. Milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

/** Sorted, merged, empty ones left out. */
export function unite(spans: readonly Span[]): Span[] {
  const sorted = spans.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from);
  const united: Span[] = [];
  for (const { from, to } of sorted) {
    const last = united.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else united.push({ from, to });
  }
  return united;
}

/** What lies in both. */
export function intersect(a: readonly Span[], b: readonly Span[]): Span[] {
  const [left, right] = [unite(a), unite(b)];
  const both: Span[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const [x, y] = [left[i]!, right[j]!];
    const span = { from: Math.max(x.from, y.from), to: Math.min(x.to, y.to) };
    if (span.from < span.to) both.push(span);
    if (x.to < y.to) i++;
    else j++;
  }
  return both;
}

/** What of `a` is not in `b`. */
export function subtract(a: readonly Span[], b: readonly Span[]): Span[] {
  const rest: Span[] = [];
  const holes = unite(b);
  let i = 0;
  for (const { from, to } of unite(a)) {
    let at = from;
    while (i < holes.length && holes[i]!.to <= from) i++;
    for (let k = i; k < holes.length && holes[k]!.from < to; k++) {
      const hole = holes[k]!;
      if (hole.from > at) rest.push({ from: at, to: hole.from });
      at = Math.max(at, hole.to);
    }
    if (at < to) rest.push({ from: at, to });
  }
  return rest;
}

/** Total length of the union. */
export function lengthOf(spans: readonly Span[]): number {
  return unite(spans).reduce((sum, { from, to }) => sum + (to - from), 0);
}

/**
 * How much of spans lies in others, which are asked for one after the other in time: all questions together cost no more than
 * the spans.
 */
export function partsOf(spans: readonly Span[]): (within: Span) => number {
  const united = unite(spans);
  let i = 0;
  return ({ from, to }) => {
    while (i < united.length && united[i]!.to <= from) i++;
    let sum = 0;
    for (let k = i; k < united.length && united[k]!.from < to; k++) {
      sum += Math.min(united[k]!.to, to) - Math.max(united[k]!.from, from);
    }
    return sum;
  };
}

/** Whether moments, asked for one after the other in time, lie in any of the spans. */
export function holdsOf(spans: readonly Span[]): (t: number) => boolean {
  const united = unite(spans);
  let i = 0;
  return (t) => {
    while (i < united.length && united[i]!.to <= t) i++;
    return i < united.length && united[i]!.from <= t;
  };
}

/** The parts inside a window; an open end (`to: null`) ends with it. */
export function clip<S extends { from: number; to: number | null }>(spans: readonly S[], window: Span): (S & Span)[] {
  return spans
    .map((span) => ({ ...span, from: Math.max(span.from, window.from), to: Math.min(span.to ?? window.to, window.to) }))
    .filter(({ from, to }) => from < to);
}
