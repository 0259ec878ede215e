import type { Run } from '../../common/api';
import type { Doubt, Judgement } from './judge';

export type RunCounts = Record<Run['state'] | 'runs', number>;

/** written = indexed + drops + deadLetters + missing + inFlight + unsearched + expired */
export interface Account {
  written: number;
  /** Some run did not close, or not all runs were read. */
  writtenIsLowerBound: boolean;
  indexed: number;
  drops: number;
  deadLetters: number;
  missing: number;
  inFlight: number;
  unsearched: number;
  expired: number;
}

/** Why not everything that was asked for could be judged. */
export type Unjudged =
  /** A search failed, or may not be made, or stopped at a limit; the answer names it among its partial reasons. */
  | { kind: 'unread' }
  /** Lines of the range before this moment are deleted: which runs there were is not known. */
  | { kind: 'deleted'; before: number };

interface Sums {
  counts: RunCounts;
  account: Account;
  /** How many runs each doubt is about. */
  doubts: Readonly<Record<Doubt, number>>;
}

declare const complete: unique symbol;

/**
 * Counts of all runs of a range, of which everything was read and could be judged. Only `tallyOf` makes one, and only one of
 * these can be called good (verdict.ts).
 */
export interface WholeTally extends Sums {
  whole: true;
  readonly [complete]: true;
}

/** Counts of what was read: lower bounds. */
export interface PartTally extends Sums {
  whole: false;
  because: readonly Unjudged[];
}

export type Tally = WholeTally | PartTally;

/** @param unjudged with a single entry nothing is whole */
export function tallyOf(runs: readonly Judgement[], unjudged: readonly Unjudged[]): Tally {
  const counts: RunCounts = { runs: runs.length, missing: 0, unsearched: 0, unproven: 0, running: 0, proven: 0 };
  const doubts: Record<Doubt, number> = { numbers: 0, shared: 0, taken: 0, unnumbered: 0, unread: 0, expired: 0 };
  for (const run of runs) {
    counts[run.state]++;
    for (const doubt of run.doubts) doubts[doubt]++;
  }
  const sum = (value: (run: Judgement) => number) => runs.reduce((total, run) => total + value(run), 0);
  const account: Account = {
    written: sum(({ highest }) => highest),
    writtenIsLowerBound: unjudged.length > 0 || runs.some(({ closed }) => !closed),
    indexed: sum(({ indexed }) => indexed),
    drops: sum(({ dropped }) => dropped),
    deadLetters: sum(({ dead }) => dead),
    missing: sum(({ missingCount }) => missingCount),
    inFlight: sum(({ inFlight }) => inFlight),
    unsearched: sum(({ unsearched }) => unsearched),
    expired: sum(({ expired }) => expired),
  };
  const sums: Sums = { counts, account, doubts };
  return unjudged.length === 0
    ? ({ ...sums, whole: true } as WholeTally)
    : { ...sums, whole: false, because: unjudged };
}
