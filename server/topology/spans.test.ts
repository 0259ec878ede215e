import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, intersect, lengthOf, type Span, subtract, unite } from './spans';

const spans = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 20 }))
    .map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 8 },
);

/** The truth, second by second: which of 0…99 a set of spans covers. */
function covered(list: readonly Span[]): boolean[] {
  return Array.from({ length: 100 }, (_, t) => list.some(({ from, to }) => from <= t && t < to));
}

describe('spans', () => {
  it('unite, intersect and subtract agree with a check of each moment', () => {
    fc.assert(
      fc.property(spans, spans, (a, b) => {
        const [inA, inB] = [covered(a), covered(b)];
        expect(covered(unite(a))).toEqual(inA);
        expect(covered(intersect(a, b))).toEqual(inA.map((x, t) => x && inB[t]));
        expect(covered(subtract(a, b))).toEqual(inA.map((x, t) => x && !inB[t]));
        expect(lengthOf(a)).toBe(inA.filter(Boolean).length);
      }),
    );
  });

  it('clip ends what is open with the window', () => {
    expect(clip([{ from: 5, to: null }], { from: 0, to: 10 })).toEqual([{ from: 5, to: 10 }]);
    expect(clip([{ from: 12, to: 14 }], { from: 0, to: 10 })).toEqual([]);
  });
});
