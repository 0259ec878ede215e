import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EARLIEST, LATEST } from '../../common/api';
import { timelineOf } from './timeline';

describe('timelineOf', () => {
  it('covers the window with at most the wanted buckets, on round times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: EARLIEST, max: LATEST }),
        fc.oneof(fc.integer({ min: 1, max: 90 * 86_400_000 }), fc.integer({ min: 1, max: LATEST - EARLIEST })),
        fc.integer({ min: 10, max: 400 }),
        fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 1_000_000 })),
        (from, length, wanted, series) => {
          const { times, interval } = timelineOf(from, from + length, wanted, series);
          expect(times.length).toBeLessThanOrEqual(wanted);
          expect(times.length * series).toBeLessThanOrEqual(Math.max(40_000, 2 * series));
          expect(times[0]).toBeLessThanOrEqual(from);
          expect(times.at(-1)! + interval).toBeGreaterThanOrEqual(from + length);
          expect(times.every((t) => t % interval === 0)).toBe(true);
        },
      ),
    );
  });

  it('ends for a range with 1970 inside and more lines than can be drawn', () => {
    expect(timelineOf('1900-01-01T00:00:00Z', '2200-01-01T00:00:00Z', 10, 50_000).times).toHaveLength(2);
  });

  it('takes 15 s for half an hour in 120 bars', () => {
    expect(timelineOf('2026-11-23T09:00:00Z', '2026-11-23T09:30:00Z', 120).interval).toBe(15_000);
  });

  it('takes fewer buckets when there are many lines to draw', () => {
    expect(timelineOf(0, 1_800_000, 400, 1000).times.length).toBeLessThanOrEqual(40);
  });
});
