import { gapsIn, type Range, uniteRanges } from './ranges';

/** What can be asked of one run's index, several questions at a time. */
export interface SequenceIndex {
  /** How many numbers each part of a range holds, in parts of `width`, from `range.first` on. */
  counts(asked: readonly { range: Range; width: number }[]): Promise<number[][]>;
  /** The numbers of each range, sorted. */
  list(ranges: readonly Range[]): Promise<number[][]>;
}

export interface MissingOptions {
  /** A range this short is read number by number. */
  readAtMost: number;
  /** Parts that one count is split into. */
  parts: number;
  /** Ranges that one round may ask; what is left over is not searched, and `truncated` says so. */
  perRound: number;
  rounds: number;
}

export interface Missing {
  ranges: Range[];
  truncated: boolean;
}

/**
 * The numbers from 1 to `highest` that an index lacks, without reading them all: parts that hold as many as they should
 * are set aside, the others are split again, short ones are read. One wrong part in ten million costs three rounds.
 */
export async function findMissing(
  whole: Range,
  index: SequenceIndex,
  options: MissingOptions = { readAtMost: 2000, parts: 1000, perRound: 20, rounds: 4 },
): Promise<Missing> {
  let open: Range[] = whole.first <= whole.last ? [whole] : [];
  const missing: Range[] = [];
  let truncated = false;
  for (let round = 0; open.length > 0; round++) {
    if (round >= options.rounds || open.length > options.perRound) truncated = true;
    if (round >= options.rounds) break;
    const asked = open.slice(0, options.perRound);
    const short = asked.filter((range) => sizeOf(range) <= options.readAtMost);
    const long = asked.filter((range) => sizeOf(range) > options.readAtMost);
    const listed = short.length > 0 ? await index.list(short) : [];
    short.forEach((range, i) => {
      missing.push(...gapsIn(range, listed[i] ?? []));
    });
    const questions = long.map((range) => ({ range, width: Math.ceil(sizeOf(range) / options.parts) }));
    const counts = questions.length > 0 ? await index.counts(questions) : [];
    open = questions.flatMap(({ range, width }, i) => suspects(range, width, counts[i] ?? [], missing));
  }
  return { ranges: uniteRanges(missing), truncated };
}

/** Parts that hold fewer than they should; those that hold nothing are missing as a whole. */
function suspects(range: Range, width: number, counts: readonly number[], missing: Range[]): Range[] {
  const found: Range[] = [];
  for (let part = 0, first = range.first; first <= range.last; part++, first += width) {
    const last = Math.min(range.last, first + width - 1);
    const count = counts[part] ?? 0;
    if (count === 0) missing.push({ first, last });
    else if (count < last - first + 1) found.push({ first, last });
  }
  return found;
}

function sizeOf({ first, last }: Range): number {
  return last - first + 1;
}
