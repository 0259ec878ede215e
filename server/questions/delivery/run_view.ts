import type { Run } from '../../../common/api';
import type { RunNames } from '../../delivery/evidence';
import type { Judgement } from '../../delivery/judge';
import { type Range, rangesOf, sizeOf, thinRanges } from '../../delivery/ranges';
import { percentile } from '../../elasticsearch/delivery/lag';
import type { Around } from '../../elasticsearch/delivery/lines';
import { type Said, say } from '../../sentences/english';
import type { JudgedRun } from './judged_runs';

const MAX_RANGES = 20;
/** A strip is 160 px wide; two marks in one px are one. */
const STRIP_STEPS = 320;

/** What is only asked of runs that are listed. */
export interface RunDetails {
  names: RunNames;
  /** A sample, ms. */
  lags: readonly number[];
  refused: number | null;
  /** When its first missing ranges happened, in their order. */
  around: readonly Around[];
}

/** The missing ranges that are listed. */
export function listedRanges({ missing }: Judgement): Range[] {
  return missing.slice(0, MAX_RANGES);
}

/** A run as the answer shows it. */
export function runView(judged: JudgedRun, { names, lags, refused, around }: RunDetails): Run {
  const { life, declared, judgement } = judged;
  const { missing, highest } = judgement;
  const thin = (ranges: readonly Range[]) => thinRanges(ranges, highest, STRIP_STEPS);
  const listed = listedRanges(judgement);
  return {
    id: life.id,
    short_id: life.id.replace(/[^a-z0-9]/gi, '').slice(-4),
    ...names,
    state: judgement.state,
    started: life.started,
    last_seen: life.lastSeen,
    closed: judgement.closed,
    sent: highest,
    sent_is_lower_bound: !judgement.closed,
    indexed: judgement.indexed,
    duplicates_indexed: judged.repeated,
    missing: judgement.missingCount,
    missing_ranges: listed.map((range, i) => ({ ...range, ...(around[i] ?? { from: null, to: null }) })),
    missing_ranges_truncated: judgement.missingCount > listed.reduce((sum, range) => sum + sizeOf(range), 0),
    in_flight: judgement.inFlight,
    unsearched: judgement.unsearched,
    expired: judgement.expired,
    dropped: judgement.dropped,
    unproven_after: judgement.unprovenAfter,
    drops: byCause(judged).map(({ cause, count, ranges }) => ({ cause, count, ranges: thin(ranges) })),
    dead_letters: judgement.dead,
    dead_letter_ranges: thin(rangesOf([...declared.letters, ...declared.taken].filter((n) => n <= highest))),
    duplicates_refused: refused,
    notes: notesOf(judged, missing.length > 0).map(say),
    lag_p50_ms: percentile(lags, 50),
    lag_p95_ms: percentile(lags, 95),
  };
}

/** Drops as they were declared, by cause; a drop of another process's events has no range here. */
function byCause({ declared, judgement: { highest } }: JudgedRun) {
  const causes = new Map<string, { cause: string; count: number; ranges: Range[] }>();
  for (const { cause, count, first, last } of declared.drops) {
    const known = causes.get(cause) ?? { cause, count: 0, ranges: [] };
    known.count += count;
    if (first >= 1 && first <= highest) known.ranges.push({ first, last: Math.min(last, highest) });
    causes.set(cause, known);
  }
  return [...causes.values()];
}

function notesOf({ life, declared, judgement, held, repeated }: JudgedRun, named: boolean): Said[] {
  const { doubts, expired, inFlight, missingCount } = judgement;
  const notes: Said[] = [];
  if (doubts.includes('numbers')) {
    notes.push({ id: 'run.numbers', values: { lowest: life.lowest, highest: life.highest } });
  }
  if (doubts.includes('shared')) notes.push({ id: 'run.shared', values: {} });
  if (doubts.includes('taken')) notes.push({ id: 'run.taken', values: { lines: declared.taken.length } });
  if (doubts.includes('unnumbered')) notes.push({ id: 'run.unnumbered', values: { lines: life.unnumbered } });
  if (doubts.includes('unread')) notes.push({ id: 'run.unread', values: {} });
  if (expired > 0) notes.push({ id: 'run.expired', values: { lines: expired } });
  if (inFlight > 0 && held) {
    const { host, by, lines, since } = held;
    notes.push({ id: 'run.held', values: { lines: inFlight, host, by, queued: lines, since } });
  }
  if (missingCount > 0 && !named) notes.push({ id: 'run.not_named', values: { lines: missingCount } });
  if (repeated > 0) notes.push({ id: 'run.repeated', values: { lines: repeated } });
  return notes;
}
