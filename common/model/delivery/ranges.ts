/** Whole numbers from `first` to `last`, both included. */
export interface Range {
  first: number;
  last: number;
}

/** Sorted and merged, neighbours too; empty ones are left out. */
export function uniteRanges(ranges: readonly Range[]): Range[] {
  const sorted = ranges.filter(({ first, last }) => first <= last).sort((a, b) => a.first - b.first);
  const united: Range[] = [];
  for (const { first, last } of sorted) {
    const before = united.at(-1);
    if (before && first <= before.last + 1) before.last = Math.max(before.last, last);
    else united.push({ first, last });
  }
  return united;
}

/** What of `ranges` no `known` range holds. */
export function subtractRanges(ranges: readonly Range[], known: readonly Range[]): Range[] {
  const holes = uniteRanges(known);
  return uniteRanges(ranges).flatMap(({ first, last }) => {
    const rest: Range[] = [];
    let at = first;
    for (const hole of holes) {
      if (hole.last < at) continue;
      if (hole.first > last) break;
      if (hole.first > at) rest.push({ first: at, last: hole.first - 1 });
      at = hole.last + 1;
    }
    if (at <= last) rest.push({ first: at, last });
    return rest;
  });
}

export function countOf(ranges: readonly Range[]): number {
  return uniteRanges(ranges).reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** The numbers of a range that a sorted list of those present lacks. */
export function gapsIn({ first, last }: Range, present: readonly number[]): Range[] {
  const gaps: Range[] = [];
  let at = first;
  for (const n of present) {
    if (n < at || n > last) continue;
    if (n > at) gaps.push({ first: at, last: n - 1 });
    at = n + 1;
  }
  if (at <= last) gaps.push({ first: at, last });
  return gaps;
}

/**
 * Ranges for a drawing that shows 1…`highest` in `steps` steps: of those that begin in one step only the widest. What is
 * left can be drawn in place of all.
 */
export function thinRanges(ranges: readonly Range[], highest: number, steps: number): Range[] {
  const widest = new Map<number, Range>();
  for (const range of uniteRanges(ranges)) {
    const step = Math.floor((range.first / Math.max(1, highest)) * steps);
    const known = widest.get(step);
    if (!known || range.last - range.first > known.last - known.first) widest.set(step, range);
  }
  return [...widest.values()];
}
