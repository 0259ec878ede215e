import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WINDOW_MS } from './record_events';
import { windowEnds } from './recording_task';

const MINUTE = 60_000;

describe('the windows that are recorded', () => {
  it('are one where nothing was missed', () => {
    expect(windowEnds(1e12, 1e12 - MINUTE)).toEqual([1e12]);
    expect(windowEnds(1e12, 1e12)).toEqual([1e12]);
  });

  it('lie so close that each moment since the last run is away from the edges of one of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 350 * MINUTE }), fc.double({ min: 0, max: 1, noNaN: true }), (gap, at) => {
        const now = 1e12;
        const recordedTo = now - gap;
        const moment = recordedTo - MINUTE + at * gap;
        const ends = windowEnds(now, recordedTo);
        expect(ends.some((end) => moment >= end - WINDOW_MS + 2 * MINUTE && moment <= end - MINUTE)).toBe(true);
      }),
    );
  });

  it('end now, and reach back six hours at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), (gap) => {
        const ends = windowEnds(1e12, 1e12 - gap);
        expect(ends.at(-1)).toBe(1e12);
        expect(ends.length).toBeLessThanOrEqual(36);
        expect([...ends].sort((a, b) => a - b)).toEqual(ends);
      }),
    );
  });
});
