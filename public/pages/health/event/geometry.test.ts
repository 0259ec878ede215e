import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventDetail } from '../../../../common/api';
import { BASE, barsOf, placeMarks, TOP } from './geometry';

const detail = (good: number[], failed: number[]): EventDetail => ({
  hosts: ['frontend-2'],
  from: 0,
  to: good.length * 1000,
  interval_ms: 1000,
  times: good.map((_, i) => i * 1000),
  good,
  failed,
  probes: [],
  out_of_pool: [],
  gap: null,
  marks: [],
  carried: [],
  lines: { shown: [], total: 0 },
});

describe('the drawing of an event', () => {
  it('never draws a bar above its room, nor errors above the whole', () => {
    const counts = fc.array(fc.tuple(fc.nat(5000), fc.nat(5000)), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(counts, (pairs) => {
        const { bars, top } = barsOf(
          detail(
            pairs.map(([good]) => good),
            pairs.map(([, failed]) => failed),
          ),
          (t) => t,
        );
        for (const bar of bars) {
          expect(bar.good).toBeLessThanOrEqual(BASE - TOP);
          expect(bar.failed).toBeLessThanOrEqual(bar.good + 1e-9);
        }
        expect(top).toBeGreaterThanOrEqual(Math.max(...pairs.map(([good, failed]) => good + failed)));
      }),
    );
  });

  it('gives marks that would cover each other rows of their own', () => {
    const marks = [
      { t: 100, kind: 'first_failure' as const, text: 'first 503 09:15:04' },
      { t: 130, kind: 'ejected' as const, text: 'third probe failed: ejected' },
    ];
    const placed = placeMarks(marks, (t) => t, 1000);
    expect(placed.map(({ row }) => row)).toEqual([0, 1]);
  });

  it('turns words at the right edge to the left', () => {
    expect(placeMarks([{ t: 990, kind: 'returned', text: 'returned 09:18:00' }], (t) => t, 1000)[0]!.anchor).toBe(
      'end',
    );
  });
});
