import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Declared, RunLife } from './evidence';
import { judgeRun, MAX_NUMBER, type RunFacts } from './judge';
import { countOf, type Range, sizeOf, uniteRanges } from './ranges';

const HIGHEST = 100;

const life: RunLife = {
  id: 'run',
  lines: HIGHEST,
  lowest: 1,
  highest: HIGHEST,
  closedAt: HIGHEST,
  unnumbered: 0,
  started: 0,
  lastSeen: 0,
  received: 0,
  indexedFrom: 0,
  indexedTo: 0,
  shared: false,
};
const nothing: Declared = { drops: [], letters: [], taken: [], cut: false };
const facts: RunFacts = {
  life,
  holes: [],
  declared: nothing,
  expiredTo: 0,
  youngFrom: null,
  unread: { absences: false, repeats: false },
  alive: false,
};

interface Changes extends Partial<Omit<RunFacts, 'life' | 'declared' | 'unread'>> {
  life?: Partial<RunLife>;
  declared?: Partial<Declared>;
  unread?: Partial<RunFacts['unread']>;
}

const judge = (changes: Changes = {}) =>
  judgeRun({
    ...facts,
    ...changes,
    life: { ...life, ...changes.life },
    declared: { ...nothing, ...changes.declared },
    unread: { ...facts.unread, ...changes.unread },
  });
const gaps = (...ranges: [number, number][]) =>
  ranges.map(([first, last]) => ({ first, last, absent: last - first + 1 }));
const drop = (first: number, last: number, count = last - first + 1) => ({ cause: 'spool_full', count, first, last });

describe('a run', () => {
  it('is proven only with its closing count', () => {
    expect(judge()).toMatchObject({ state: 'proven', closed: true, unprovenAfter: null });
    expect(judge({ life: { closedAt: null } })).toMatchObject({ state: 'unproven', unprovenAfter: HIGHEST });
    expect(judge({ life: { closedAt: null }, alive: true })).toMatchObject({ state: 'running', unprovenAfter: null });
  });

  it('is not closed when it wrote on after its closing count', () => {
    expect(judge({ life: { closedAt: 90 } })).toMatchObject({ state: 'unproven', closed: false, unprovenAfter: 100 });
    expect(judge({ life: { closedAt: 90 }, alive: true }).state).toBe('running');
    const letter = judge({ holes: gaps([101, 101]), declared: { letters: [101] } });
    expect(letter).toMatchObject({ state: 'unproven', closed: false, highest: 101, dead: 1 });
  });

  it('misses what nothing explains', () => {
    const holes = gaps([10, 12], [50, 50], [70, 71]);
    const judged = judge({ holes, declared: { drops: [drop(10, 12)], letters: [50] } });
    expect(judged).toMatchObject({
      state: 'missing',
      missing: [{ first: 70, last: 71 }],
      missingCount: 2,
      dropped: 3,
      dead: 1,
      indexed: 94,
    });
  });

  it('is explained by a drop of a range no further than by as many as the drop counts', () => {
    const holes = gaps([10, 10], [20, 20], [30, 31]);
    expect(judge({ holes, declared: { drops: [drop(5, 40, 4)] } })).toMatchObject({ state: 'proven', dropped: 4 });
    expect(judge({ holes, declared: { drops: [drop(5, 40, 3)] } })).toMatchObject({
      state: 'missing',
      missing: [],
      missingCount: 1,
      dropped: 3,
    });
    // A drop of another process's events (number 0) says nothing of this one's.
    expect(judge({ holes, declared: { drops: [drop(0, 0, 100)] } })).toMatchObject({ missingCount: 4, dropped: 0 });
  });

  it('does not call missing what may still be on its way, and is not proven before', () => {
    const young = { holes: gaps([98, 99]), youngFrom: 95 };
    expect(judge(young)).toMatchObject({ state: 'running', inFlight: 2, missing: [], unprovenAfter: null });
    expect(judge({ ...young, life: { closedAt: null }, alive: true }).state).toBe('running');
    expect(judge({ ...young, holes: gaps([10, 10], [98, 99]) })).toMatchObject({ state: 'missing', missingCount: 1 });
  });

  it('never calls missing what the retention may have deleted, nor proven', () => {
    const old = { holes: gaps([1, 30], [50, 50]), expiredTo: 60 };
    expect(judge(old)).toMatchObject({ state: 'unproven', expired: 31, missingCount: 0, unprovenAfter: null });
    expect(judge({ ...old, life: { closedAt: null }, alive: true }).state).toBe('running');
    expect(judge({ ...old, expiredTo: 40 })).toMatchObject({ state: 'missing', expired: 30, missingCount: 1 });
  });

  it('misses nothing that something may explain which was not read', () => {
    const holes = gaps([3, 6]);
    const cut = judge({ holes, declared: { letters: [3], cut: true } });
    expect(cut).toMatchObject({ state: 'unsearched', dead: 1, unsearched: 3, missing: [], doubts: ['unread'] });
    expect(judge({ holes, unread: { absences: true } }).state).toBe('unsearched');
    expect(judge({ holes, declared: { letters: [3, 4, 5, 6], cut: true } }).state).toBe('proven');
    expect(judge({ unread: { absences: true } }).state).toBe('proven');
    expect(judge({ unread: { repeats: true } }).state).toBe('unproven');
    expect(judge({ holes, life: { unnumbered: 1 } })).toMatchObject({ state: 'unsearched', doubts: ['unnumbered'] });
  });

  it('is not proven where two writers count alike', () => {
    expect(judge({ life: { shared: true } })).toMatchObject({ state: 'unproven', doubts: ['shared'] });
    expect(judge({ declared: { taken: [7] } })).toMatchObject({ state: 'unproven', doubts: ['taken'] });
    const other = judge({ holes: gaps([7, 8]), declared: { taken: [7] } });
    expect(other).toMatchObject({ state: 'missing', dead: 1, missing: [{ first: 8, last: 8 }], doubts: ['taken'] });
  });

  it('of which it is not known which numbers are absent misses at least what nothing could explain', () => {
    const holes = [{ first: 1, last: 50, absent: 10 }];
    expect(judge({ holes })).toMatchObject({ state: 'missing', missing: [], missingCount: 10, unsearched: 0 });
    const some = { holes, declared: { drops: [drop(41, 46)], letters: [2] } };
    expect(judge(some)).toMatchObject({ state: 'missing', missingCount: 3, unsearched: 7 });
    expect(judge({ ...some, expiredTo: 5 })).toMatchObject({ state: 'unsearched', missingCount: 0, unsearched: 10 });
  });

  it('is not judged by numbers that cannot be counted', () => {
    for (const bounds of [{ lowest: 0 }, { lowest: -5 }, { highest: MAX_NUMBER + 1 }, { highest: 2 ** 53 }]) {
      expect(judge({ life: bounds })).toMatchObject({ state: 'unsearched', missingCount: 0, doubts: ['numbers'] });
    }
  });

  const range = fc
    .tuple(fc.integer({ min: 1, max: 90 }), fc.nat(10))
    .map(([first, n]): Range => ({ first, last: Math.min(HIGHEST, first + n) }));
  const numbers = fc.array(fc.integer({ min: 1, max: HIGHEST }), { maxLength: 8 });
  const drops = fc.array(
    fc.tuple(range, fc.nat(12)).map(([{ first, last }, count]) => drop(first, last, count)),
    { maxLength: 4 },
  );
  const changes = fc.record({
    absent: fc.array(range, { maxLength: 6 }),
    vague: fc.nat(9),
    drops,
    letters: numbers,
    taken: numbers,
    cut: fc.boolean(),
    expiredTo: fc.nat(60),
    youngFrom: fc.option(fc.integer({ min: 1, max: HIGHEST })),
    closedAt: fc.constantFrom(null, 50, HIGHEST),
    unnumbered: fc.nat(1),
    alive: fc.boolean(),
    absences: fc.boolean(),
  });

  it('always adds up: highest = indexed + drops + dead letters + on the way + missing + not known + older than kept', () => {
    fc.assert(
      fc.property(
        changes,
        ({ absent, vague, drops: told, letters, taken, cut, closedAt, unnumbered, absences, ...rest }) => {
          const exact = uniteRanges(absent)
            .filter(({ last }) => last <= 90)
            .map((one) => ({ ...one, absent: sizeOf(one) }));
          const holes = vague === 0 ? exact : [...exact, { first: 91, last: HIGHEST, absent: vague }];
          const judged = judge({
            ...rest,
            holes,
            life: { closedAt, unnumbered },
            declared: { drops: told, letters, taken, cut },
            unread: { absences },
          });
          const { indexed, dropped, dead, inFlight, missingCount, unsearched, expired } = judged;
          expect(indexed + dropped + dead + inFlight + missingCount + unsearched + expired).toBe(HIGHEST);
          expect(countOf(judged.missing)).toBeLessThanOrEqual(missingCount);
          expect(judged.state === 'missing').toBe(missingCount > 0);
          if (judged.state === 'proven') {
            expect([missingCount, unsearched, inFlight, expired, taken.length]).toEqual([0, 0, 0, 0, 0]);
            expect(closedAt).toBe(HIGHEST);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('misses as many as the best reading of its drops leaves over', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 8 }), drops, (absent, told) => {
        const short = told.map(({ first, last, count }) =>
          drop(first % 20 || 1, Math.max(first % 20 || 1, last % 21), count),
        );
        const holes = gaps(...absent.map((n): [number, number] => [n, n]));
        const judged = judge({ holes, declared: { drops: short } });
        expect(judged.missingCount).toBe(absent.length - mostExplained(absent, short));
      }),
      { numRuns: 300 },
    );
  });
});

/** By trying every assignment of absent numbers to drops. */
function mostExplained(
  absent: readonly number[],
  drops: readonly { first: number; last: number; count: number }[],
): number {
  const [n, ...rest] = absent;
  if (n === undefined) return 0;
  let most = mostExplained(rest, drops);
  drops.forEach((one, i) => {
    // A drop of all its range explains each number of it, however often.
    const whole = one.count >= one.last - one.first + 1;
    if (n < one.first || n > one.last || one.count === 0) return;
    const left = whole ? drops : drops.map((other, j) => (j === i ? { ...other, count: other.count - 1 } : other));
    most = Math.max(most, 1 + mostExplained(rest, left));
  });
  return most;
}
