import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownRanges, whyAbsent } from './open_run';

describe('shownRanges', () => {
  it('shows both ends of any gap, in order, without a number twice, and never more than fit', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(5000), fc.nat(5000), (first, length, after) => {
        const gap = { first: first + 1, last: first + 1 + length };
        const sent = gap.last + after;
        const numbers = shownRanges(gap, sent).flatMap(({ first: a, last: b }) =>
          Array.from({ length: b - a + 1 }, (_, i) => a + i),
        );
        expect(numbers).toContain(gap.first);
        expect(numbers).toContain(gap.last);
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        expect(numbers[0]).toBeGreaterThanOrEqual(1);
        expect(numbers.at(-1)).toBeLessThanOrEqual(sent);
        expect(numbers.length).toBeLessThanOrEqual(60);
      }),
    );
  });
});

describe('whyAbsent', () => {
  it('calls missing only what was judged so', () => {
    const known = { dead: new Set([5]), dropped: [{ first: 7, last: 9 }], missing: [{ first: 20, last: 21 }] };
    const states = [5, 8, 20, 22].map((sequence) => whyAbsent(sequence, known));
    expect(states).toEqual(['dead_letter', 'dropped', 'missing', 'unknown']);
  });
});
