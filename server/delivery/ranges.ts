/** Whole numbers from `first` to `last`, both included. */
export interface Range {
  first: number;
  last: number;
}

export function sizeOf({ first, last }: Range): number {
  return last - first + 1;
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
  const rest: Range[] = [];
  let i = 0;
  for (const { first, last } of uniteRanges(ranges)) {
    while (i < holes.length && holes[i]!.last < first) i++;
    let at = first;
    for (let j = i; j < holes.length && holes[j]!.first <= last; j++) {
      const hole = holes[j]!;
      if (hole.first > at) rest.push({ first: at, last: hole.first - 1 });
      at = Math.max(at, hole.last + 1);
    }
    if (at <= last) rest.push({ first: at, last });
  }
  return rest;
}

/** What both hold. */
export function commonRanges(a: readonly Range[], b: readonly Range[]): Range[] {
  return subtractRanges(a, subtractRanges(a, b));
}

export function countOf(ranges: readonly Range[]): number {
  return uniteRanges(ranges).reduce((sum, range) => sum + sizeOf(range), 0);
}

export function rangesOf(numbers: readonly number[]): Range[] {
  return uniteRanges(numbers.map((n) => ({ first: n, last: n })));
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
    if (!known || sizeOf(range) > sizeOf(known)) widest.set(step, range);
  }
  return [...widest.values()];
}
