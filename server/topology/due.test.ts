import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scene } from './scene_for_tests';

const minute = (n: number) => `10:${String(n).padStart(2, '0')}`;
const pace = fc
  .record({
    from: fc.integer({ min: 0, max: 40 }),
    length: fc.integer({ min: 5, max: 19 }),
    every: fc.integer({ min: 5, max: 40 }),
  })
  .map(({ from, length, every }) => ({ from: minute(from), to: minute(from + length), every }));

describe('what is due', () => {
  it('adds up to what was given, pool by pool, whoever came, left or fell', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom('f1', 'f2'), fc.constantFrom('app', 'api'), fc.integer({ min: 1, max: 6 }), pace),
          {
            minLength: 1,
            maxLength: 8,
          },
        ),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 59 })), { maxLength: 6 }),
        (given, faults) => {
          const scene = new Scene();
          for (const [frontend, pool, host, turns] of given) scene.proxied(frontend, `10.0.0.${host}:80`, turns, pool);
          for (const [host, t] of faults) scene.gaveUp('f1', `10.0.0.${host}:80`, minute(t));
          const { dues } = scene.site();
          const sums = new Map<string, { got: number; due: number; equal: number }>();
          for (const { place, got, due, equal } of dues) {
            expect(due).toBeGreaterThanOrEqual(-1e-9);
            const key = `${place.teller} ${place.pool}`;
            const sum = sums.get(key) ?? { got: 0, due: 0, equal: 0 };
            sums.set(key, { got: sum.got + got, due: sum.due + due, equal: sum.equal + equal });
          }
          for (const { got, due, equal } of sums.values()) {
            expect(due).toBeCloseTo(got, 6);
            expect(equal).toBeCloseTo(got, 6);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
