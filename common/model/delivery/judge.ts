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
  unprovenAfter: number | null;
}

/**
 * Judges a run: every number up to the highest is indexed, declared dropped, a dead letter, still on its way, or missing.
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
  const missing = subtractRanges(unexplained, young);
  const running = !facts.closed && now - facts.lastSeen <= aliveMs;
  return {
    state: missing.length > 0 ? 'missing' : facts.closed ? 'proven' : running ? 'running' : 'unproven',
    missing,
    inFlight: countOf(unexplained) - countOf(missing),
    dropped: countOf(afterDead) - countOf(unexplained),
    dead: deadAbsent,
    unprovenAfter: facts.closed || running ? null : facts.highest,
  };
}
