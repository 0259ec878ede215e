import type { Run } from '../../api';
import { countOf, type Range, subtractRanges } from './ranges';

/** What the index says about one process run. */
export interface RunFacts {
  id: string;
  highest: number;
  indexed: number;
  /** Numbers that are not in the index, dropped and dead-lettered ones among them. */
  absent: readonly Range[];
  /** Of the absent ones: after this number, all were written so recently that they may still be on their way. */
  youngFrom: number | null;
  drops: readonly { cause: string; count: number; ranges: Range[] }[];
  deadLetters: readonly number[];
  /** Not all of its drops and dead letters were read: what the read ones do not explain may still be explained. */
  declaredCut: boolean;
  /** How many more numbers are absent that were not looked for one by one. */
  unsearched: number;
  closed: boolean;
  lastSeen: number;
  /** Numbers up to this one are too old to be kept. */
  expiredTo: number;
}

export interface Judgement {
  state: Run['state'];
  missing: Range[];
  inFlight: number;
  /** Drops and dead letters that are really absent: they complete the account. */
  dropped: number;
  dead: number;
  /** Absent, and nobody looked for why. */
  unsearched: number;
  /** Too old to be kept. */
  expired: number;
  unprovenAfter: number | null;
}

/**
 * Judges a run: every number up to the highest is indexed, declared dropped, a dead letter, still on its way, expired,
 * missing, or absent without anybody having looked for why (then it is not called missing, and the run not complete).
 * Without the closing count nobody knows what was written after the last line: the tail is unproven, unless the run was
 * heard of within `aliveMs` and goes on.
 */
export function judgeRun(facts: RunFacts, now: number, aliveMs: number): Judgement {
  const kept = subtractRanges(facts.absent, [{ first: 1, last: facts.expiredTo }]);
  const dead = facts.deadLetters.map((n) => ({ first: n, last: n }));
  const deadAbsent = countOf(kept) - countOf(subtractRanges(kept, dead));
  const afterDead = subtractRanges(kept, dead);
  const unexplained = subtractRanges(
    afterDead,
    facts.drops.flatMap(({ ranges }) => ranges),
  );
  const young = facts.youngFrom === null ? [] : [{ first: facts.youngFrom, last: facts.highest }];
  const open = subtractRanges(unexplained, young);
  const missing = facts.declaredCut ? [] : open;
  const unsearched = facts.unsearched + countOf(open) - countOf(missing);
  const running = !facts.closed && now - facts.lastSeen <= aliveMs;
  const inFlight = countOf(unexplained) - countOf(open);
  // A run that closed is not proven before its last lines are there.
  const soFar = facts.closed ? (inFlight > 0 ? 'running' : 'proven') : running ? 'running' : 'unproven';
  return {
    state: missing.length > 0 ? 'missing' : unsearched > 0 ? 'unsearched' : soFar,
    missing,
    inFlight,
    dropped: countOf(afterDead) - countOf(unexplained),
    dead: deadAbsent,
    unsearched,
    expired: countOf(facts.absent) - countOf(kept),
    unprovenAfter: facts.closed || running ? null : facts.highest,
  };
}
