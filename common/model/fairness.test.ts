import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Demand, dueAt, expectedRequests, judgeFairness, type Pool } from './fairness';

const MINUTE = 60_000;

function evenDemand(minutes: number, perBucket = 1000): Demand {
  const times = Array.from({ length: minutes * 4 }, (_, i) => i * 15_000);
  return { times, interval: 15_000, requests: times.map(() => perBucket) };
}

const frontends: Pool = {
  members: ['frontend-1', 'frontend-2'].map((host) => ({ host, by: null, weight: 1 })),
  outs: [{ host: 'frontend-2', by: null, from: 15.5 * MINUTE, to: 18 * MINUTE }],
};
const webapps: Pool = {
  members: [
    { host: 'web-1', by: 'frontend-1', weight: 1 },
    { host: 'web-2', by: 'frontend-1', weight: 1 },
    { host: 'web-3', by: 'frontend-2', weight: 1 },
    { host: 'web-4', by: 'frontend-2', weight: 1 },
  ],
  outs: [{ host: 'web-3', by: 'frontend-2', from: 7 * MINUTE + 5_000, to: 7 * MINUTE + 45_000 }],
  above: frontends,
};

const anyPool = fc
  .record({
    frontends: fc.integer({ min: 1, max: 4 }),
    each: fc.integer({ min: 1, max: 4 }),
    outs: fc.array(
      fc.record({
        f: fc.nat(3),
        w: fc.nat(3),
        from: fc.integer({ min: -50, max: 1200 }),
        length: fc.option(fc.integer({ min: 0, max: 900 })),
      }),
      { maxLength: 6 },
    ),
    parentOuts: fc.array(fc.record({ f: fc.nat(3), from: fc.integer({ min: 0, max: 1200 }), length: fc.nat(900) }), {
      maxLength: 3,
    }),
  })
  .map(({ frontends: count, each, outs, parentOuts }): Pool => {
    const above: Pool = {
      members: Array.from({ length: count }, (_, f) => ({ host: `f${f}`, by: null, weight: 1 })),
      outs: parentOuts.map(({ f, from, length }) => ({ host: `f${f % count}`, by: null, from, to: from + length })),
    };
    return {
      members: above.members.flatMap(({ host }) =>
        Array.from({ length: each }, (_, w) => ({ host: `${host}w${w}`, by: host, weight: 1 + (w % 2) })),
      ),
      outs: outs.map(({ f, w, from, length }) => ({
        host: `f${f % count}w${w % each}`,
        by: `f${f % count}`,
        from,
        to: length === null ? null : from + length,
      })),
      above,
    };
  });

const anyDemand = fc
  .array(fc.nat(500), { minLength: 1, maxLength: 20 })
  .map((requests): Demand => ({ times: requests.map((_, i) => i * 60), interval: 60, requests }));

describe('fairness', () => {
  it('splits a shortfall into time out of the pool and what happened while in it', () => {
    // By hand: 30 min; web-3 lost 40 s of its own (half of a half) and 150 s with frontend-2.
    const whole = 30 * 60;
    const due3 = (0.25 * (whole - 40 - 150)) / whole;
    const got = { 'web-1': 0.295, 'web-2': 0.29, 'web-3': 0.167, 'web-4': 0.248 };
    const judged = judgeFairness(
      webapps,
      evenDemand(30),
      webapps.members.map(({ host, by }) => ({ host, by, requests: got[host as keyof typeof got] * 100_000 })),
    );
    const web3 = judged.members[2]!;
    expect(web3.equal).toBeCloseTo(0.25, 10);
    expect(web3.due).toBeCloseTo(due3, 10);
    expect(web3.outPoints).toBeCloseTo((due3 - 0.25) * 100, 8);
    expect(web3.inPoints).toBeCloseTo((0.167 - due3) * 100, 8);
    expect(web3.inPoolMs).toBe((whole - 190) * 1000);
    expect(judged.jain).toBeLessThan(1);
    expect(judged.chiSquaredP).toBeLessThan(1e-6);
  });

  it('gives the siblings of a host that is out its turns, and nobody else', () => {
    const during = dueAt(webapps, 7 * MINUTE + 10_000);
    expect(during).toEqual([0.25, 0.25, 0, 0.5]);
    expect(dueAt(webapps, 16 * MINUTE)).toEqual([0.5, 0.5, 0, 0]);
  });

  it('sees even turns as even: index 1, p near 1', () => {
    const judged = judgeFairness(
      { members: webapps.members, outs: [] },
      evenDemand(10),
      webapps.members.map(({ host, by }) => ({ host, by, requests: 10_000 })),
    );
    expect(judged.jain).toBeCloseTo(1, 12);
    expect(judged.chiSquaredP).toBeCloseTo(1, 6);
    expect(judged.members.every(({ inPoints }) => Math.abs(inPoints) < 1e-9)).toBe(true);
  });

  it('gives nobody another pool’s turns: each of a tier’s pools is split by itself, by weight', () => {
    const members = [
      { host: 'shop-1', by: null, weight: 1, pool: 'shop' },
      { host: 'blog-1', by: null, weight: 3, pool: 'blog' },
      { host: 'shop-2', by: null, weight: 1, pool: 'shop' },
      { host: 'blog-2', by: null, weight: 1, pool: 'blog' },
    ];
    const byPool = new Map([
      ['shop', [100, 0]],
      ['blog', [40, 400]],
    ]);
    const demand: Demand = { times: [0, 60], interval: 60, requests: [140, 400], byPool };
    expect(expectedRequests({ members, outs: [] }, demand)).toEqual([
      [50, 30, 50, 10],
      [0, 300, 0, 100],
    ]);
    const outs = [{ host: 'shop-1', by: null, from: 30, to: null }];
    expect(expectedRequests({ members, outs }, demand)[0]).toEqual([25, 30, 75, 10]);
  });

  it('hands out every request exactly once, whatever the pools do', () => {
    fc.assert(
      fc.property(anyPool, anyDemand, (pool, demand) => {
        expectedRequests(pool, demand).forEach((row, i) => {
          expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(demand.requests[i]!, 6);
          expect(row.every((value) => value >= 0)).toBe(true);
        });
      }),
    );
  });

  it('agrees with a count moment by moment', () => {
    fc.assert(
      fc.property(anyPool, anyDemand, (pool, demand) => {
        const expected = expectedRequests(pool, demand);
        demand.times.forEach((start, i) => {
          const sums = pool.members.map(() => 0);
          for (let t = start; t < start + demand.interval; t++) {
            dueAt(pool, t).forEach((share, m) => {
              sums[m]! += (share * demand.requests[i]!) / demand.interval;
            });
          }
          sums.forEach((sum, m) => {
            expect(expected[i]![m]).toBeCloseTo(sum, 6);
          });
        });
      }),
      { numRuns: 40 },
    );
  });

  it('never lets the losses and gains of all hosts differ from zero in sum', () => {
    fc.assert(
      fc.property(
        anyPool,
        anyDemand,
        fc.array(fc.nat(1000), { minLength: 16, maxLength: 16 }),
        (pool, demand, counts) => {
          const got = pool.members.map(({ host, by }, i) => ({ host, by, requests: counts[i]! + 1 }));
          const { members, jain } = judgeFairness(pool, demand, got);
          expect(members.reduce((sum, m) => sum + m.outPoints, 0)).toBeCloseTo(0, 6);
          expect(members.reduce((sum, m) => sum + m.inPoints, 0)).toBeCloseTo(0, 6);
          if (jain !== null) {
            const judged = members.filter(({ due }) => due > 0).length;
            expect(jain).toBeGreaterThanOrEqual(1 / judged - 1e-9);
            expect(jain).toBeLessThanOrEqual(1 + 1e-9);
          }
        },
      ),
    );
  });
});
