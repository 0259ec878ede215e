import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEARCH_LIMITS } from '../../delivery/holes';
import type { Judgement } from '../../delivery/judge';
import { memoryEvidence } from '../../delivery/testing/memory_evidence';
import { type SimWorld, worldArb } from '../../delivery/testing/simulated_runs';
import { type Truth, truthOf } from '../../delivery/testing/truth';
import { judgedRuns } from './judged_runs';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const IN_FLIGHT_MS = 60_000;
/** So many worlds a property; thousands by this setting. */
const WORLDS = Number(process.env['ROTA_DELIVERY_WORLDS'] ?? 300);
const PATIENCE = { timeout: 60_000 + WORLDS * 50 };

/** Small limits, so that worlds of a hundred lines take all the ways that millions would. */
const LIMITS = { ...SEARCH_LIMITS, readAtMost: 8, readDense: 20, parts: 5 };

async function judgementsOf(world: SimWorld): Promise<[Truth, Judgement][]> {
  const evidence = memoryEvidence(world, NOW);
  const ids = world.runs.map(({ id }) => id);
  const moments = { now: NOW, to: NOW, inFlightMs: IN_FLIGHT_MS };
  const judged = await judgedRuns(ids, undefined, moments, evidence, LIMITS);
  return world.runs.flatMap((run): [Truth, Judgement][] => {
    const truth = truthOf(run, world, IN_FLIGHT_MS);
    if (!truth) return [];
    return [[truth, judged.find(({ life }) => life.id === run.id)!.judgement]];
  });
}

function numbersIn(ranges: Judgement['missing']): number[] {
  return ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

async function forWorlds(options: Parameters<typeof worldArb>[0], check: (truth: Truth, judged: Judgement) => void) {
  await fc.assert(
    fc.asyncProperty(worldArb(options), async (world) => {
      for (const [truth, judged] of await judgementsOf(world)) check(truth, judged);
    }),
    { numRuns: WORLDS },
  );
}

const total = ({ indexed, dropped, dead, inFlight, missingCount, unsearched, expired }: Judgement) =>
  indexed + dropped + dead + inFlight + missingCount + unsearched + expired;

describe('runs of simulated sites', PATIENCE, () => {
  it('are judged as they are: losses, drops, dead letters, repeats, jumping clocks, closings', async () => {
    await forWorlds({ retention: false, queue: false }, (truth, judged) => {
      const young = (n: number) => truth.openFrom !== null && n >= truth.openFrom;
      const missing = truth.lost.filter((n) => !young(n));
      const inFlight = truth.lost.length - missing.length;
      expect(judged).toMatchObject({
        highest: truth.highest,
        indexed: truth.indexed,
        missingCount: missing.length,
        inFlight,
        dropped: truth.dropped,
        dead: truth.dead,
        unsearched: 0,
        expired: 0,
        closed: truth.closed,
        state: stateOf(truth, missing.length, inFlight),
      });
      expect(numbersIn(judged.missing)).toEqual(missing);
    });
  });

  it('are told neither of a loss nor of a proof while lines wait in a queue', async () => {
    await forWorlds({ retention: false, queue: true }, (truth, judged) => {
      expect(total(judged)).toBe(truth.highest);
      const surely = truth.lost.filter((n) => truth.openFrom === null || n < truth.openFrom);
      expect(numbersIn(judged.missing)).toEqual(surely);
      expect(judged.inFlight).toBe(truth.waiting + truth.lost.length - surely.length);
      if (truth.waiting > 0) expect(judged.state).not.toBe('proven');
    });
  });

  it('never miss what was deleted, and still miss what was lost later', async () => {
    await forWorlds({ retention: true, queue: false }, (truth, judged) => {
      expect(total(judged)).toBe(truth.highest);
      const missing = numbersIn(judged.missing);
      for (const n of missing) expect(truth.lost).toContain(n);
      expect(judged.missingCount).toBeLessThanOrEqual(truth.lost.length);
      const young = (n: number) => truth.openFrom !== null && n >= truth.openFrom;
      const surely = truth.lost.filter((n) => n > truth.deletedTo && !young(n));
      for (const n of surely) expect(missing).toContain(n);
      if (truth.deleted > 0) expect(judged.state).not.toBe('proven');
      if (judged.state === 'proven') expect([truth.lost.length, truth.deleted, truth.closed]).toEqual([0, 0, true]);
    });
  });

  it('are told of in full whatever was not searched for', async () => {
    await fc.assert(
      fc.asyncProperty(worldArb({ retention: false, queue: false }), fc.nat(60), async (world, budget) => {
        const evidence = memoryEvidence(world, NOW);
        const ids = world.runs.map(({ id }) => id);
        const moments = { now: NOW, to: NOW, inFlightMs: IN_FLIGHT_MS };
        const judged = await judgedRuns(ids, undefined, moments, evidence, { ...LIMITS, budget });
        for (const run of world.runs) {
          const truth = truthOf(run, world, IN_FLIGHT_MS);
          if (!truth) continue;
          const { judgement } = judged.find(({ life }) => life.id === run.id)!;
          expect(total(judgement)).toBe(truth.highest);
          for (const n of numbersIn(judgement.missing)) expect(truth.lost).toContain(n);
          expect(judgement.missingCount).toBeLessThanOrEqual(truth.lost.length);
          if (judgement.state === 'proven') expect(truth.lost).toEqual([]);
        }
      }),
      { numRuns: WORLDS },
    );
  });
});

function stateOf(truth: Truth, missing: number, inFlight: number): Judgement['state'] {
  if (missing > 0) return 'missing';
  if (inFlight > 0) return 'running';
  if (!truth.closed) return truth.alive ? 'running' : 'unproven';
  return truth.shared ? 'unproven' : 'proven';
}
