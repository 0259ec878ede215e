import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRun, type RunFacts } from './judge';
import { findMissing, type SequenceIndex } from './missing';
import { countOf, gapsIn, type Range, subtractRanges, thinRanges, uniteRanges } from './ranges';

const range = fc
  .tuple(fc.integer({ min: 1, max: 80 }), fc.nat(15))
  .map(([first, n]): Range => ({ first, last: first + n }));
const ranges = fc.array(range, { maxLength: 6 });

function members(list: readonly Range[]): Set<number> {
  return new Set(list.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)));
}

/** An index in memory that counts what it was asked to read. */
function memoryIndex(present: Set<number>): SequenceIndex & { read: number; rounds: number } {
  const inside = ({ first, last }: Range) => [...present].filter((n) => n >= first && n <= last).sort((a, b) => a - b);
  const index = {
    read: 0,
    rounds: 0,
    counts: async (asked: readonly { range: Range; width: number }[]) => {
      index.rounds++;
      return asked.map(({ range: of, width }) => {
        const parts = Array.from({ length: Math.ceil((of.last - of.first + 1) / width) }, () => 0);
        for (const n of inside(of)) parts[Math.floor((n - of.first) / width)]!++;
        return parts;
      });
    },
    list: async (asked: readonly Range[]) => {
      index.rounds++;
      const found = asked.map(inside);
      index.read += found.flat().length;
      return found;
    },
  };
  return index;
}

describe('ranges', () => {
  it('unite and subtract as sets do', () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const [inA, inB] = [members(a), members(b)];
        expect(members(uniteRanges(a))).toEqual(inA);
        expect(members(subtractRanges(a, b))).toEqual(new Set([...inA].filter((n) => !inB.has(n))));
        expect(countOf(a)).toBe(inA.size);
      }),
    );
  });

  it('keep for a drawing the widest that begins in each step, and nothing that was not there', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const thin = thinRanges(list, 100, 20);
        expect(thin.every(({ first, last }) => members(list).has(first) && members(list).has(last))).toBe(true);
        for (const { first, last } of uniteRanges(list)) {
          const same = thin.find((one) => Math.floor(one.first / 5) === Math.floor(first / 5))!;
          expect(same.last - same.first).toBeGreaterThanOrEqual(last - first);
        }
      }),
    );
  });

  it('names the gaps between numbers', () => {
    expect(gapsIn({ first: 1, last: 10 }, [2, 3, 7])).toEqual([
      { first: 1, last: 1 },
      { first: 4, last: 6 },
      { first: 8, last: 10 },
    ]);
  });
});

describe('findMissing', () => {
  const options = { readAtMost: 10, parts: 7, perRound: 1000, rounds: 10 };

  it('finds exactly what is absent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 500 })),
        fc.integer({ min: 1, max: 500 }),
        async (numbers, highest) => {
          const present = new Set(numbers.filter((n) => n <= highest));
          const { ranges: found, truncated } = await findMissing(
            { first: 1, last: highest },
            memoryIndex(present),
            options,
          );
          const expected = gapsIn(
            { first: 1, last: highest },
            [...present].sort((a, b) => a - b),
          );
          expect(found).toEqual(expected);
          expect(truncated).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('finds 3 of 241,882 by reading a few hundred numbers in three rounds', async () => {
    const present = new Set(Array.from({ length: 241_882 }, (_, i) => i + 1));
    for (const n of [184_207, 184_208, 184_209]) present.delete(n);
    const index = memoryIndex(present);
    expect((await findMissing({ first: 1, last: 241_882 }, index)).ranges).toEqual([{ first: 184_207, last: 184_209 }]);
    expect(index.read).toBeLessThan(2000);
    expect(index.rounds).toBeLessThanOrEqual(3);
  });

  it('says when there was more to search than it may ask', async () => {
    const present = new Set(Array.from({ length: 1000 }, (_, i) => i + 1).filter((n) => n % 50 !== 0));
    const tight = { readAtMost: 10, parts: 20, perRound: 3, rounds: 10 };
    expect((await findMissing({ first: 1, last: 1000 }, memoryIndex(present), tight)).truncated).toBe(true);
  });
});

describe('a run', () => {
  const facts: RunFacts = {
    id: 'run',
    highest: 100,
    indexed: 100,
    absent: [],
    youngFrom: null,
    drops: [],
    deadLetters: [],
    declaredCut: false,
    unsearched: 0,
    closed: true,
    lastSeen: 0,
    expiredTo: 0,
  };
  const judge = (changes: Partial<RunFacts>, now = 1_000_000) => judgeRun({ ...facts, ...changes }, now, 90_000);

  it('is proven only with its closing count', () => {
    expect(judge({}).state).toBe('proven');
    expect(judge({ closed: false })).toMatchObject({ state: 'unproven', unprovenAfter: 100 });
    expect(judge({ closed: false, lastSeen: 950_000 }).state).toBe('running');
  });

  it('misses what nothing explains', () => {
    const absent = [
      { first: 10, last: 12 },
      { first: 50, last: 50 },
      { first: 70, last: 71 },
    ];
    const drops = [{ cause: 'spool_full', count: 3, ranges: [{ first: 10, last: 12 }] }];
    const judged = judge({ indexed: 94, absent, drops, deadLetters: [50] });
    expect(judged).toMatchObject({
      state: 'missing',
      missing: [{ first: 70, last: 71 }],
      dropped: 3,
      dead: 1,
      inFlight: 0,
    });
  });

  it('does not call missing what may still be on its way', () => {
    expect(judge({ absent: [{ first: 98, last: 99 }], youngFrom: 95, closed: false, lastSeen: 999_000 })).toMatchObject(
      {
        state: 'running',
        inFlight: 2,
        missing: [],
      },
    );
  });

  it('is not proven while lines are on their way, closed or not', () => {
    const young = { absent: [{ first: 98, last: 99 }], youngFrom: 95 };
    expect(judge(young)).toMatchObject({ state: 'running', inFlight: 2, unprovenAfter: null });
  });

  it('is incomplete, and misses nothing, where nobody looked for the numbers', () => {
    expect(judge({ unsearched: 7 })).toMatchObject({ state: 'unsearched', unsearched: 7, missing: [] });
    const found = judge({ unsearched: 7, absent: [{ first: 3, last: 3 }] });
    expect(found).toMatchObject({ state: 'missing', unsearched: 7, missing: [{ first: 3, last: 3 }] });
  });

  it('misses nothing that drops or dead letters may explain which were not read', () => {
    const absent = [{ first: 3, last: 6 }];
    const judged = judge({ absent, deadLetters: [3], declaredCut: true });
    expect(judged).toMatchObject({ state: 'unsearched', dead: 1, unsearched: 3, missing: [] });
    expect(judge({ absent, deadLetters: [3, 4, 5, 6], declaredCut: true }).state).toBe('proven');
  });

  it('always adds up: highest = indexed + drops + dead letters + in flight + missing + unsearched + expired', () => {
    const arbitrary = fc.record({
      absent: ranges.map((list) => uniteRanges(list)),
      drops: fc.array(fc.record({ cause: fc.constant('x'), count: fc.constant(0), ranges }), { maxLength: 2 }),
      deadLetters: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 5 }),
      youngFrom: fc.option(fc.integer({ min: 1, max: 100 })),
      closed: fc.boolean(),
      declaredCut: fc.boolean(),
      unsearched: fc.nat(20),
      expiredTo: fc.nat(40),
    });
    fc.assert(
      fc.property(arbitrary, (changes) => {
        const indexed = 100 - countOf(changes.absent) - changes.unsearched;
        const { missing, inFlight, dropped, dead, unsearched, expired } = judge({ ...changes, indexed });
        expect(indexed + dropped + dead + inFlight + countOf(missing) + unsearched + expired).toBe(100);
      }),
    );
  });
});
