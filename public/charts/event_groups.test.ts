import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupEvents } from './event_groups';

const groups = (...xs: number[]) => groupEvents(xs, (x) => x).map(({ items }) => items);

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

  it('none is lost, the order stays, and groups do not touch', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 900 })), (unsorted) => {
        const xs = unsorted.sort((a, b) => a - b);
        const found = groupEvents(xs, (x) => x);
        expect(found.flatMap(({ items }) => items)).toEqual(xs);
        found.slice(1).forEach(({ x }, i) => {
          expect(x - found[i]!.x).toBeGreaterThanOrEqual(found[i]!.items.length > 1 ? 38 : 22);
        });
      }),
    );
  });
});
