import { type Range, sizeOf, uniteRanges } from './ranges';

/** Numbers of which `absent` are absent: all of them, or where that is fewer, it is not known which. */
export interface Hole extends Range {
  absent: number;
}

/** How many lines does each part of a run's range hold? Parts of `width` numbers, from `first` on. */
export interface CountAsked extends Range {
  run: string;
  width: number;
}
export type CountNumbers = (asked: readonly CountAsked[]) => Promise<number[][]>;

/** A run of which numbers from 1 to `highest` are absent. */
export interface Incomplete {
  run: string;
  highest: number;
  absent: number;
  repeats: readonly Repeat[];
}

/** A number that stands on several lines: `extra` too many. In lists, by number. */
export interface Repeat {
  n: number;
  extra: number;
}

export interface SearchLimits {
  /** A range this short is read number by number; one of which so many are absent that most parts would have to be, too. */
  readAtMost: number;
  readDense: number;
  /** Parts that a longer one is split into. */
  parts: number;
  /** Parts that may be counted for all runs together; what is left over stays a hole of which it is not known which. */
  budget: number;
}

export const SEARCH_LIMITS: SearchLimits = { readAtMost: 2000, readDense: 50_000, parts: 1000, budget: 600_000 };

interface Open extends Hole {
  of: Incomplete;
}

/**
 * The absent numbers of runs, without reading all the others: parts that hold as many as they should are set aside, the
 * others are split again, short ones are read. One wrong part in ten million costs three rounds. Runs that stand first are
 * searched first.
 */
export async function findHoles(
  runs: readonly Incomplete[],
  count: CountNumbers,
  limits: SearchLimits = SEARCH_LIMITS,
): Promise<Map<string, Hole[]>> {
  const exact = new Map<string, Range[]>(runs.map(({ run }) => [run, []]));
  const vague = new Map<string, Hole[]>(runs.map(({ run }) => [run, []]));
  const settle = ({ of, first, last, absent }: Open) => {
    if (absent === last - first + 1) exact.get(of.run)!.push({ first, last });
    else vague.get(of.run)!.push({ first, last, absent });
  };
  let open: Open[] = runs.map((of) => ({ of, first: 1, last: of.highest, absent: of.absent }));
  let left = limits.budget;
  while (open.length > 0) {
    const asked: Open[] = [];
    for (const one of open) {
      const cost = Math.ceil(sizeOf(one) / widthOf(one, limits));
      if (one.absent === sizeOf(one) || cost > left) settle(one);
      else {
        asked.push(one);
        left -= cost;
      }
    }
    const counts = await count(
      asked.map((one) => ({ run: one.of.run, first: one.first, last: one.last, width: widthOf(one, limits) })),
    );
    open = [];
    asked.forEach((one, i) => {
      for (const part of partsOf(one, widthOf(one, limits), counts[i] ?? [])) {
        if (part.absent === sizeOf(part)) settle(part);
        else if (part.absent > 0) open.push(part);
      }
    });
  }
  return new Map(runs.map(({ run }) => [run, joined(exact.get(run)!, vague.get(run)!)]));
}

function widthOf(hole: Hole, { readAtMost, readDense, parts }: SearchLimits): number {
  const dense = hole.absent * 4 >= parts;
  return sizeOf(hole) <= (dense ? readDense : readAtMost) ? 1 : Math.ceil(sizeOf(hole) / parts);
}

function partsOf({ of, first, last }: Open, width: number, lines: readonly number[]): Open[] {
  const distinct = [...lines];
  for (let i = firstAt(of.repeats, first); i < of.repeats.length && of.repeats[i]!.n <= last; i++) {
    distinct[Math.floor((of.repeats[i]!.n - first) / width)]! -= of.repeats[i]!.extra;
  }
  const parts: Open[] = [];
  for (let i = 0, at = first; at <= last; i++, at += width) {
    const end = Math.min(last, at + width - 1);
    // Lines that came while this was asked may make one too many.
    const absent = Math.max(0, end - at + 1 - Math.max(0, distinct[i] ?? 0));
    parts.push({ of, first: at, last: end, absent });
  }
  return parts;
}

/** Where in the list the first number from `n` on stands. */
function firstAt(repeats: readonly Repeat[], n: number): number {
  let [low, high] = [0, repeats.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (repeats[middle]!.n < n) low = middle + 1;
    else high = middle;
  }
  return low;
}

function joined(exact: readonly Range[], vague: readonly Hole[]): Hole[] {
  const holes = [...uniteRanges(exact).map((range) => ({ ...range, absent: sizeOf(range) })), ...vague];
  return holes.sort((a, b) => a.first - b.first);
}
