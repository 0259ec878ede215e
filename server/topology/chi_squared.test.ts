import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquaredTail } from './chi_squared';

describe('chiSquaredTail', () => {
  // Critical values from the printed tables (NIST/SEMATECH e-Handbook, 1.3.6.7.4).
  it.each([
    [3.841, 1, 0.05],
    [6.635, 1, 0.01],
    [7.815, 3, 0.05],
    [16.266, 3, 0.001],
    [18.307, 10, 0.05],
    [124.342, 100, 0.05],
  ])('gives the table value for x = %d, df = %d', (x, df, p) => {
    expect(chiSquaredTail(x, df)).toBeCloseTo(p, 4);
  });

  it('is exp(−x/2) for two degrees of freedom', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 600, noNaN: true }), (x) => {
        const exact = Math.exp(-x / 2);
        expect(Math.abs(chiSquaredTail(x, 2) - exact)).toBeLessThanOrEqual(1e-12 + exact * 1e-9);
      }),
    );
  });

  it('falls as x grows', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 400, noNaN: true }), fc.integer({ min: 1, max: 60 }), (x, df) => {
        expect(chiSquaredTail(x + 1, df)).toBeLessThanOrEqual(chiSquaredTail(x, df) + 1e-12);
      }),
    );
  });
});
