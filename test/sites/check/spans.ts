import type { Span } from '../truth/truth';

/** Sorted, merged, without empty ones. */
export function unite(spans: readonly Span[]): Span[] {
  const united: Span[] = [];
  for (const { from, to } of spans.filter((one) => one.from < one.to).sort((a, b) => a.from - b.from)) {
    const last = united.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else united.push({ from, to });
  }
  return united;
}

/** What of `a` is not in `b`. */
export function without(a: readonly Span[], b: readonly Span[]): Span[] {
  let rest = unite(a);
  for (const hole of unite(b)) {
    rest = rest.flatMap(({ from, to }) =>
      [
        { from, to: Math.min(to, hole.from) },
        { from: Math.max(from, hole.to), to },
      ].filter((one) => one.from < one.to),
    );
  }
  return rest;
}

export function both(a: readonly Span[], b: readonly Span[]): Span[] {
  return without(a, without(a, b));
}

/** Each longer by `ms` at both ends; shorter when that is negative. */
export function stretched(spans: readonly Span[], ms: number): Span[] {
  return unite(spans.map(({ from, to }) => ({ from: from - ms, to: to + ms })));
}

export function overlaps(a: Span, b: Span): boolean {
  return a.from < b.to && b.from < a.to;
}
