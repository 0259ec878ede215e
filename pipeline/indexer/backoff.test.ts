import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff';

test('no wait is longer than 5 s or shorter than 50 ms, whatever the attempt', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      expect(backoffMs(attempt, random)).toBeGreaterThanOrEqual(50);
      expect(backoffMs(attempt, random)).toBeLessThanOrEqual(5000);
    }),
  );
});

test('the wait doubles until it has reached its limit', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((attempt) => backoffMs(attempt, 1))).toEqual([
    100, 200, 400, 800, 1600, 3200, 5000, 5000,
  ]);
});
