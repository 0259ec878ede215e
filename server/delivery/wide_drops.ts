import type { Drop } from './evidence';
import { commonRanges, countOf, type Range, sizeOf, subtractRanges, uniteRanges } from './ranges';

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
  const ambiguous: Range[] = [];
  let [explained, unexplained] = [0, 0];
  for (const cluster of covered) {
    const inside = commonRanges(absent, [cluster]);
    let lost = 0;
    for (const segment of cutAt(inside, left)) {
      let open = sizeOf(segment);
      for (const drop of left) {
        if (drop.first > segment.first || drop.last < segment.last) continue;
        const taken = Math.min(open, drop.count);
        drop.count -= taken;
        open -= taken;
      }
      lost += open;
    }
    explained += countOf(inside) - lost;
    unexplained += lost;
    if (lost > 0) ambiguous.push(...inside);
  }
  return { explained, outside, ambiguous, unexplained, left };
}

/** Ranges, cut wherever a drop begins or ends: each piece lies within a drop as a whole, or outside of it. */
function cutAt(ranges: readonly Range[], drops: readonly Drop[]): Range[] {
  const bounds = [...new Set(drops.flatMap(({ first, last }) => [first, last + 1]))].sort((a, b) => a - b);
  return ranges.flatMap(({ first, last }) => {
    const cuts = bounds.filter((bound) => bound > first && bound <= last);
    return [first, ...cuts].map((from, i) => ({ first: from, last: (cuts[i] ?? last + 1) - 1 }));
  });
}
