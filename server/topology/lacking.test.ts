import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lacking } from './lacking';

const STEP = 10_000;
const STEPS = 60;
const grid = { times: Array.from({ length: STEPS }, (_, i) => i * STEP), interval: STEP };

/** Lines by step; what lies outside of the range is not counted. */
function cellsOf(times: readonly number[]) {
  const counts = new Map<number, number>();
  for (const t of times) {
    const step = Math.floor(t / STEP) * STEP;
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return [...counts].map(([t, n]) => ({ t, n }));
}

/** Moments, none of which is within `apart` of the one before, with the delay of the other side's line. */
const requests = fc.array(fc.record({ pause: fc.integer({ min: 3000, max: 40_000 }), delay: fc.nat(400) }), {
  minLength: 30,
  maxLength: 60,
});

describe('requests that one of two sides lacks', () => {
  it('are none where the other writes of each a moment later', () => {
    fc.assert(
      fc.property(requests, (all) => {
        let t = 2000;
        const has: number[] = [];
        const lacks: number[] = [];
        for (const { pause, delay } of all) {
          t += pause;
          // Nothing is under way at the end of a step: no two of these moments may fall on it.
          const at = Math.floor(t / STEP) * STEP + Math.min(t % STEP, STEP - 500);
          has.push(at);
          lacks.push(at + delay);
        }
        expect(lacking(cellsOf(has), cellsOf(lacks), grid)).toBe(0);
        expect(lacking(cellsOf(lacks), cellsOf(has), grid)).toBe(0);
      }),
    );
  });

  it('are found where a single line in the middle is lost, though each comes a moment later', () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 45 }), fc.nat(400), (lost, delay) => {
        const has = Array.from({ length: STEPS - 1 }, (_, i) => i * STEP + 5000);
        const lacks = has.filter((_, i) => i !== lost).map((t) => t + delay);
        expect(lacking(cellsOf(has), cellsOf(lacks), grid)).toBe(1);
        expect(lacking(cellsOf(lacks), cellsOf(has), grid)).toBe(0);
      }),
    );
  });

  it('are not told of one that is under way at the begin or end', () => {
    const has = Array.from({ length: 20 }, (_, i) => i * 30_000 + 29_900);
    const lacks = has.map((t) => t + 200);
    expect(lacking(cellsOf(has), cellsOf(lacks.slice(0, -1)), grid)).toBe(0);
    expect(lacking(cellsOf(lacks), cellsOf(has.slice(1)), grid)).toBe(0);
  });
});
