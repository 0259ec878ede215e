import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timelineOf } from './timeline';

describe('timelineOf', () => {
  it('covers the window with at most the wanted buckets, on round times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
        fc.integer({ min: 1_000, max: 90 * 86_400_000 }),
        fc.integer({ min: 10, max: 400 }),
        (from, length, wanted) => {
          const { times, interval } = timelineOf(from, from + length, wanted);
          expect(times.length).toBeLessThanOrEqual(wanted);
          expect(times[0]).toBeLessThanOrEqual(from);
          expect(times.at(-1)! + interval).toBeGreaterThanOrEqual(from + length);
          expect(times.every((t) => t % interval === 0)).toBe(true);
        },
      ),
    );
  });

  it('takes 15 s for half an hour in 120 bars', () => {
    expect(timelineOf('2026-11-23T09:00:00Z', '2026-11-23T09:30:00Z', 120).interval).toBe(15_000);
  });

  it('takes fewer buckets when there are many lines to draw', () => {
    expect(timelineOf(0, 1_800_000, 400, 1000).times.length).toBeLessThanOrEqual(40);
  });
});
