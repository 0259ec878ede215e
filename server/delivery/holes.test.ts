import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CountNumbers, findHoles, type Hole, type Incomplete, type SearchLimits } from './holes';
import { rangesOf, sizeOf } from './ranges';

/** An index in memory that counts how much it is asked. */
function memoryIndex(runs: ReadonlyMap<string, readonly number[]>) {
  const asked = { parts: 0, rounds: 0 };
  const count: CountNumbers = async (questions) => {
    asked.rounds++;
    return questions.map(({ run, first, last, width }) => {
      const parts = Array.from({ length: Math.ceil((last - first + 1) / width) }, () => 0);
      asked.parts += parts.length;
      for (const n of runs.get(run) ?? []) if (n >= first && n <= last) parts[Math.floor((n - first) / width)]!++;
      return parts;
    });
  };
  return { count, asked };
}

function incompleteOf(run: string, lines: readonly number[], highest: number): Incomplete {
  const times = new Map<number, number>();
  for (const n of lines) times.set(n, (times.get(n) ?? 0) + 1);
  const repeats = [...times].flatMap(([n, of]) => (of > 1 ? [{ n, extra: of - 1 }] : [])).sort((a, b) => a.n - b.n);
  return { run, highest, absent: highest - times.size, repeats };
}

function absentNumbers(lines: readonly number[], highest: number) {
  return rangesOf(Array.from({ length: highest }, (_, i) => i + 1).filter((n) => !lines.includes(n)));
}

const exact = (hole: Hole) => hole.absent === sizeOf(hole);
/** Numbers of a run, some of them on several lines. */
const lines = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 400 });
const limits: SearchLimits = { readAtMost: 10, readDense: 40, parts: 7, budget: 100_000 };

describe('findHoles', () => {
  it('finds exactly what is absent of several runs, whatever is there twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lines, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 50 }),
        async (all, more) => {
          const runs = new Map(all.map((own, i) => [`run ${i}`, own]));
          const highestOf = (own: readonly number[]) => Math.max(1, ...own) + more;
          const incomplete = [...runs].map(([run, own]) => incompleteOf(run, own, highestOf(own)));
          const found = await findHoles(incomplete, memoryIndex(runs).count, limits);
          for (const [run, own] of runs) {
            const expected = absentNumbers(own, highestOf(own)).map((range) => ({ ...range, absent: sizeOf(range) }));
            expect(found.get(run)).toEqual(expected);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds 3 of 241,882 by counting some thousand parts in three rounds', async () => {
    const numbers = Array.from({ length: 241_882 }, (_, i) => i + 1).filter((n) => n < 184_207 || n > 184_209);
    const { count, asked } = memoryIndex(new Map([['run', numbers]]));
    const found = await findHoles([{ run: 'run', highest: 241_882, absent: 3, repeats: [] }], count);
    expect(found.get('run')).toEqual([{ first: 184_207, last: 184_209, absent: 3 }]);
    expect(asked.parts).toBeLessThan(4000);
    expect(asked.rounds).toBeLessThanOrEqual(3);
  });

  it('says of what it may not search how many are absent there, and never more than it may', async () => {
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 0, max: 200 }), async (own, budget) => {
        const highest = Math.max(1, ...own) + 1;
        const index = memoryIndex(new Map([['run', own]]));
        const found = await findHoles([incompleteOf('run', own, highest)], index.count, { ...limits, budget });
        const holes = found.get('run')!;
        expect(index.asked.parts).toBeLessThanOrEqual(budget);
        const absent = absentNumbers(own, highest);
        expect(holes.reduce((sum, hole) => sum + hole.absent, 0)).toBe(
          absent.reduce((sum, one) => sum + sizeOf(one), 0),
        );
        const missing = new Set(
          absent.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)),
        );
        for (const hole of holes.filter(exact)) {
          for (let n = hole.first; n <= hole.last; n++) expect(missing.has(n)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('makes no hole of a line that came while it was asking', async () => {
    const run = { run: 'run', highest: 5, absent: 2, repeats: [{ n: 2, extra: 1 }] };
    // Number 4 has come since, and 2 has lost its second line to a look-up.
    const { count } = memoryIndex(new Map([['run', [1, 2, 4, 5]]]));
    const found = await findHoles([run], count, limits);
    expect(found.get('run')!.every(({ absent }) => absent >= 0)).toBe(true);
  });
});
