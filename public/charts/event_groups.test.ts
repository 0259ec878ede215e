import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupEvents, numbersOf, spanOf } from './event_groups';

/** Events at these places, numbered from `first` on. */
const eventsAt = (xs: readonly number[], first = 1) => xs.map((x, i) => ({ n: first + i, x }));
const groupsFrom = (first: number, ...xs: number[]) =>
  groupEvents(eventsAt(xs, first), ({ x }) => x).map(({ items }) => items.map(({ x }) => x));
const groups = (...xs: number[]) => groupsFrom(1, ...xs);

describe('numbers of events', () => {
  it('stand alone when there is room', () => {
    expect(groups(0, 30, 60)).toEqual([[0], [30], [60]]);
  });

  it('are one group when they would cover each other', () => {
    expect(groups(0, 100, 104, 110, 131, 200)).toEqual([[0], [100, 104, 110, 131], [200]]);
  });

  it('a pair keeps away from the next as far as its wider label needs', () => {
    expect(groups(0, 10, 30)).toEqual([[0, 10, 30]]);
    expect(groups(0, 10, 38)).toEqual([[0, 10], [38]]);
  });

  it('needs more room for numbers of two digits', () => {
    expect(groupsFrom(9, 0, 10, 40)).toEqual([[0, 10, 40]]);
    expect(groupsFrom(10, 0, 10, 54)).toEqual([[0, 10], [54]]);
  });

  it('none is lost, the order stays, and no label covers the next', () => {
    const xs = fc.array(fc.integer({ min: 0, max: 900 }));
    fc.assert(
      fc.property(xs, fc.integer({ min: 1, max: 1200 }), (unsorted, first) => {
        const events = eventsAt(
          unsorted.sort((a, b) => a - b),
          first,
        );
        const found = groupEvents(events, ({ x }) => x);
        expect(found.flatMap(({ items }) => items)).toEqual(events);
        found.slice(1).forEach((group, i) => {
          const [, end] = spanOf(found[i]!);
          expect(spanOf(group)[0], numbersOf(found[i]!)).toBeGreaterThanOrEqual(end);
        });
      }),
    );
  });
});
