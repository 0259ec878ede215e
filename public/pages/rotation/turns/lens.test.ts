import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Annotation, WindowInfo } from '../../../../common/api';
import { LENS_MS, lensAt, lensEvents, lensOn } from './lens';

const window: WindowInfo = { from: 1_000_000, to: 2_800_000, interval_ms: 15_000, complete_to: 2_800_000 };

const annotation = (kind: Annotation['kind'], from: number): Annotation => ({
  kind,
  from,
  to: from + 1000,
  label: kind,
  hosts: [],
  n: 1,
});

describe('the lens', () => {
  it('stays inside the window wherever it is moved', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 1, max: 10_000_000 }),
        (from, length) => {
          const some = { ...window, to: window.from + length };
          const lens = lensAt(from, some);
          expect(lens.from).toBeGreaterThanOrEqual(some.from);
          expect(lens.to).toBeLessThanOrEqual(some.to);
          expect(lens.to - lens.from).toBeCloseTo(Math.min(LENS_MS, length), -1);
        },
      ),
    );
  });

  it('shows what was before an event, too', () => {
    const lens = lensOn(annotation('ejected', 2_000_000), window);
    expect(lens.from).toBeLessThan(2_000_000);
    expect(lens.to).toBeGreaterThan(2_000_000);
  });

  it('offers the gravest events, oldest first', () => {
    const all = [
      annotation('deploy', 1_100_000),
      annotation('burst', 1_200_000),
      annotation('ejected', 1_300_000),
      annotation('silent', 1_400_000),
    ];
    expect(lensEvents(all, window, 2).map(({ kind }) => kind)).toEqual(['burst', 'ejected']);
  });
});
