import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EARLIEST, LATEST } from '../../common/api';
import { timeTicks } from './time';

describe('timeTicks', () => {
  it('are as many as fit, inside the window, for a millisecond as for three centuries', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: EARLIEST, max: LATEST }),
        fc.oneof(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: LATEST - EARLIEST })),
        fc.double({ min: 3, max: 40, noNaN: true }),
        (from, length, count) => {
          const ticks = timeTicks(from, from + length, count);
          expect(ticks.length).toBeLessThanOrEqual(count + 1);
          expect(ticks.every((t) => t >= from && t <= from + length)).toBe(true);
        },
      ),
    );
  });
});
