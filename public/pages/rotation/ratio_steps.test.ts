import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketsPerCell, byUnevenness, cellsOf, ENOUGH_DUE, RATIO_STEPS, ratioStep } from './ratio_steps';

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
      { host: 'a', requests: [100, 110], due: [100, 100] },
      { host: 'b', requests: [0, 0], due: [0, 0] },
      { host: 'c', requests: [0, 20], due: [100, 100] },
    ];
    expect(byUnevenness(hosts, 1).map(({ host }) => host)).toEqual(['c', 'a', 'b']);
  });

  it('says nothing of a cell in which too few turns were due, whatever came', () => {
    const row = fc.array(fc.record({ got: fc.nat(500), due: fc.integer({ min: 0, max: 60 }) }), { maxLength: 60 });
    fc.assert(
      fc.property(row, fc.integer({ min: 1, max: 70 }), (steps, buckets) => {
        const host = { host: 'a', requests: steps.map(({ got }) => got), due: steps.map(({ due }) => due) };
        const cells = cellsOf(host, buckets);
        for (const { from, buckets: n, ratio } of cells) {
          const due = host.due.slice(from, from + n).reduce((a, b) => a + b, 0);
          expect(ratio !== null).toBe(due >= ENOUGH_DUE);
        }
        const covered = cells.reduce((sum, { buckets: n }) => sum + n, 0);
        expect(covered).toBeLessThanOrEqual(steps.length);
      }),
    );
  });

  it('takes as many buckets together as give enough turns: 150 hosts with a turn a minute each', () => {
    const hosts = Array.from({ length: 150 }, (_, n) => ({
      host: `web-${n}`,
      requests: Array.from({ length: 60 }, (_, t) => (n + t) % 3),
      due: Array.from({ length: 60 }, () => 1),
    }));
    const buckets = bucketsPerCell(hosts);
    expect(buckets).toBe(ENOUGH_DUE);
    const steps = hosts.flatMap((host) => cellsOf(host, buckets).map(({ ratio }) => ratioStep(ratio!)));
    expect(new Set(steps.map((step) => RATIO_STEPS[step]!.label))).toEqual(new Set(['even']));
  });
});
