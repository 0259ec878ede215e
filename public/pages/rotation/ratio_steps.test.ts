import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byUnevenness, RATIO_STEPS, ratioStep } from './ratio_steps';

describe('got ÷ due in steps', () => {
  it('has a step for every ratio, and a larger ratio never a lower step', () => {
    const ratio = fc.double({ min: 0, noNaN: true });
    fc.assert(
      fc.property(ratio, ratio, (a, b) => {
        expect(RATIO_STEPS[ratioStep(a)]).toBeDefined();
        if (a <= b) expect(ratioStep(a)).toBeLessThanOrEqual(ratioStep(b));
      }),
    );
    expect(RATIO_STEPS[ratioStep(1)]!.label).toBe('even');
  });

  it('puts the host furthest from its due first, and silence last', () => {
    const hosts = [
      { host: 'a', ratio: [1, 1.1] },
      { host: 'b', ratio: [null, null] },
      { host: 'c', ratio: [0, 0.2] },
    ];
    expect(byUnevenness(hosts).map(({ host }) => host)).toEqual(['c', 'a', 'b']);
  });
});
