import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonRanges, countOf, type Range, rangesOf, subtractRanges, thinRanges, uniteRanges } from './ranges';

const range = fc
  .tuple(fc.integer({ min: 1, max: 80 }), fc.nat(15))
  .map(([first, n]): Range => ({ first, last: first + n }));
const ranges = fc.array(range, { maxLength: 6 });

function members(list: readonly Range[]): Set<number> {
  return new Set(list.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)));
}

describe('ranges', () => {
  it('unite, subtract and intersect as sets do', () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const [inA, inB] = [members(a), members(b)];
        expect(members(uniteRanges(a))).toEqual(inA);
        expect(members(subtractRanges(a, b))).toEqual(new Set([...inA].filter((n) => !inB.has(n))));
        expect(members(commonRanges(a, b))).toEqual(new Set([...inA].filter((n) => inB.has(n))));
        expect(countOf(a)).toBe(inA.size);
        expect(rangesOf([...inA])).toEqual(uniteRanges(a));
      }),
    );
  });

  it('keep for a drawing the widest that begins in each step, and nothing that was not there', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const thin = thinRanges(list, 100, 20);
        expect(thin.every(({ first, last }) => members(list).has(first) && members(list).has(last))).toBe(true);
        for (const { first, last } of uniteRanges(list)) {
          const same = thin.find((one) => Math.floor(one.first / 5) === Math.floor(first / 5))!;
          expect(same.last - same.first).toBeGreaterThanOrEqual(last - first);
        }
      }),
    );
  });
});
