import type { Drop } from './evidence';
import { commonRanges, type Range, sizeOf, subtractRanges, uniteRanges } from './ranges';

/** What drops explain that say how many numbers of a range were lost, but not which. */
export interface WideExplained {
  explained: number;
  /** Absent numbers that none of them covers. */
  outside: Range[];
  /** Absent numbers in their ranges of which some are lost for another reason, and nobody knows which. */
  ambiguous: Range[];
  /** How many of the ambiguous ones no drop explains. */
  unexplained: number;
  /** What each drop could explain besides. */
  left: Drop[];
}

/**
 * The most that drops of `count` numbers out of wider ranges can explain. Each absent number, from the lowest on, is given to
 * the drop that ends first of those that still have room: no other assignment explains more (intervals with deadlines).
 */
export function explainByCount(absent: readonly Range[], wide: readonly Drop[]): WideExplained {
  const covered = uniteRanges(wide.map(({ first, last }) => ({ first, last })));
  const outside = subtractRanges(absent, covered);
  const left = wide.map((drop) => ({ ...drop })).sort((a, b) => a.last - b.last);
  const byFirst = [...left].sort((a, b) => a.first - b.first);
  const inside = commonRanges(absent, covered);
  const ambiguous: Range[] = [];
  let [explained, unexplained] = [0, 0];
  const open = new EndsFirst();
  let [next, at] = [0, 0];
  const segments = cutAt(inside, left);
  for (const cluster of covered) {
    let lost = 0;
    const begin = at;
    for (; at < segments.length && segments[at]!.first <= cluster.last; at++) {
      const segment = segments[at]!;
      while (next < byFirst.length && byFirst[next]!.first <= segment.first) open.add(byFirst[next++]!);
      const rest = open.take(segment, sizeOf(segment));
      explained += sizeOf(segment) - rest;
      lost += rest;
    }
    unexplained += lost;
    if (lost > 0) for (const range of uniteRanges(segments.slice(begin, at))) ambiguous.push(range);
  }
  return { explained, outside, ambiguous, unexplained, left };
}

/** Drops that have begun, the one that ends first on top (a binary heap). */
class EndsFirst {
  private readonly heap: Drop[] = [];

  add(drop: Drop): void {
    const { heap } = this;
    let i = heap.push(drop) - 1;
    for (let above = (i - 1) >> 1; i > 0 && heap[above]!.last > drop.last; i = above, above = (i - 1) >> 1) {
      heap[i] = heap[above]!;
    }
    heap[i] = drop;
  }

  /** Gives a segment's numbers to the drops that still have room. @returns how many are left over */
  take(segment: Range, numbers: number): number {
    let open = numbers;
    while (open > 0 && this.heap.length > 0) {
      const drop = this.heap[0]!;
      if (drop.last < segment.last || drop.count <= 0) {
        this.drop();
        continue;
      }
      const taken = Math.min(open, drop.count);
      drop.count -= taken;
      open -= taken;
    }
    return open;
  }

  private drop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let below = 2 * i + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]!.last < heap[below]!.last) below++;
      if (heap[below]!.last >= last.last) break;
      heap[i] = heap[below]!;
      i = below;
    }
    heap[i] = last;
  }
}

/** Ranges, cut wherever a drop begins or ends: each piece lies within a drop as a whole, or outside of it. */
function cutAt(ranges: readonly Range[], drops: readonly Drop[]): Range[] {
  const bounds = [...new Set(drops.flatMap(({ first, last }) => [first, last + 1]))].sort((a, b) => a - b);
  const pieces: Range[] = [];
  let i = 0;
  for (const { first, last } of ranges) {
    let at = first;
    while (i < bounds.length && bounds[i]! <= first) i++;
    for (; i < bounds.length && bounds[i]! <= last; i++) {
      pieces.push({ first: at, last: bounds[i]! - 1 });
      at = bounds[i]!;
    }
    pieces.push({ first: at, last });
  }
  return pieces;
}
