import type { Run } from '../../common/api';
import type { Declared, Drop, RunLife, Unread } from './evidence';
import type { Hole } from './holes';
import { commonRanges, countOf, type Range, rangesOf, sizeOf, subtractRanges } from './ranges';
import { explainByCount } from './wide_drops';

/** Counting is exact up to here, also in Elasticsearch's doubles; no SDK comes near it. */
export const MAX_NUMBER = 2 ** 50;

/** What is known of one run. */
export interface RunFacts {
  life: RunLife;
  /** Its absent numbers from 1 to `highestOf`. */
  holes: readonly Hole[];
  declared: Declared;
  /** Up to this number, absent ones may have been deleted by the retention. */
  expiredTo: number;
  /** Absent ones from this number on may still be on their way; null: none. */
  youngFrom: number | null;
  unread: Readonly<Unread>;
  /** It was heard of until the end of what was asked for, and nobody was heard of without it since. */
  alive: boolean;
}

/** Why a run is judged as it is, where its counts do not say it. */
export type Doubt = 'numbers' | 'shared' | 'taken' | 'unnumbered' | 'unread' | 'expired';

export interface Judgement {
  state: Run['state'];
  /** The highest number that is known. */
  highest: number;
  closed: boolean;
  /** Different numbers in the index. */
  indexed: number;
  /** Numbers that are lost; `missingCount` may be more where it is not known which. */
  missing: Range[];
  missingCount: number;
  inFlight: number;
  /** Declared drops and dead letters that are really absent: they complete the account. */
  dropped: number;
  dead: number;
  /** Absent, and it is not known why. */
  unsearched: number;
  expired: number;
  unprovenAfter: number | null;
  doubts: Doubt[];
}

/** The highest number of a run: of its lines, or of a dead letter that would have been one. */
export function highestOf({ highest }: RunLife, { letters }: Declared): number {
  return letters.reduce((most, n) => (n > most && n <= MAX_NUMBER ? n : most), highest);
}

/** No SDK leaves out so many numbers: they are no count. Each number of a long run is looked at, by tens of thousands. */
const MAX_ABSENT = 100_000_000;

export function canBeCounted({ lines, lowest, highest }: Pick<RunLife, 'lines' | 'lowest' | 'highest'>): boolean {
  return lowest >= 1 && highest <= MAX_NUMBER && (lines < MANY || highest - lines <= MAX_ABSENT);
}

/** Runs of fewer lines are looked at as a whole. */
const MANY = 50_000;

/**
 * Judges a run: every number up to the highest is indexed, older than what is kept, a dead letter, declared dropped, still on
 * its way, missing, or absent without anybody knowing why. Only what nothing else can explain is called missing; only a run
 * that closed with its highest number, and of which everything could be judged, is proven.
 */
export function judgeRun(facts: RunFacts): Judgement {
  const { life, declared } = facts;
  if (!canBeCounted(life)) return uncountable(life);
  const highest = highestOf(life, declared);
  const indexed = highest - facts.holes.reduce((sum, { absent }) => sum + absent, 0);
  const found = classify(facts, highest);
  const open = found.missing + found.vagueMissing;
  // Any absent number may be one of these lines, or what would explain it was not read.
  const unknowable = facts.unread.absences || declared.cut || life.unnumbered > 0;
  const missingCount = unknowable ? 0 : open;
  const unsearched = found.vague + (unknowable ? open : 0);
  const closed = life.closedAt === highest;
  const doubts = doubtsOf(facts, found.expired, unknowable && open > 0);
  const settled = missingCount === 0 && unsearched === 0 && found.inFlight === 0;
  return {
    state: stateOf(),
    highest,
    closed,
    indexed,
    missing: unknowable ? [] : found.named,
    missingCount,
    inFlight: found.inFlight,
    dropped: found.dropped,
    dead: found.dead,
    unsearched,
    expired: found.expired,
    unprovenAfter: closed || facts.alive ? null : highest,
    doubts,
  };

  function stateOf(): Run['state'] {
    if (missingCount > 0) return 'missing';
    if (unsearched > 0) return 'unsearched';
    if (!settled || (!closed && facts.alive)) return 'running';
    return closed && doubts.length === 0 ? 'proven' : 'unproven';
  }
}

interface Classified {
  named: Range[];
  missing: number;
  /** In holes of which it is not known which numbers are absent: more than anything could explain, and the rest. */
  vagueMissing: number;
  vague: number;
  inFlight: number;
  dropped: number;
  dead: number;
  expired: number;
}

function classify({ holes, declared, expiredTo, youngFrom }: RunFacts, highest: number): Classified {
  const absent = holes.filter((hole) => hole.absent === sizeOf(hole));
  const old: Range[] = expiredTo > 0 ? [{ first: 1, last: expiredTo }] : [];
  const kept = subtractRanges(absent, old);
  // Where another run's event has the id of a number, that number is not in its own run, but among the dead letters.
  const letters = rangesOf([...declared.letters, ...declared.taken]);
  const afterLetters = subtractRanges(kept, letters);
  const drops = declared.drops.filter(({ first, last, count }) => first >= 1 && last >= first && count > 0);
  const whole = drops.filter(isWhole);
  const afterWhole = subtractRanges(afterLetters, whole);
  const wide = explainByCount(
    afterWhole,
    drops.filter((drop) => !isWhole(drop)),
  );
  const young: Range[] = youngFrom === null ? [] : [{ first: youngFrom, last: highest }];
  const named = subtractRanges(wide.outside, young);
  const [inFlight, sure] = [countOf(wide.outside) - countOf(named), countOf(named)];
  // Of a wide drop's range it is not known which are young: as few as can be are called missing.
  const youngInside = Math.min(wide.unexplained, countOf(commonRanges(wide.ambiguous, young)));
  // Where too many could explain a hole, that they do is not ruled out.
  const left = wide.left.length <= MOST_WIDE ? wide.left.filter(({ count }) => count > 0) : [EVERYTHING];
  const explainable = [...old, ...letters, ...whole, ...young];
  let [vagueMissing, vague] = [0, 0];
  for (const hole of holes.filter((one) => one.absent < sizeOf(one))) {
    const byCount = left.reduce((sum, drop) => sum + Math.min(drop.count, overlapOf(hole, drop)), 0);
    const most = countOf(commonRanges([hole], explainable)) + byCount;
    const lost = Math.max(0, hole.absent - most);
    vagueMissing += lost;
    vague += hole.absent - lost;
  }
  return {
    named,
    missing: sure + wide.unexplained - youngInside,
    vagueMissing,
    vague,
    inFlight: inFlight + youngInside,
    dropped: countOf(afterLetters) - countOf(afterWhole) + wide.explained,
    dead: countOf(kept) - countOf(afterLetters),
    expired: countOf(absent) - countOf(kept),
  };
}

/** Wide drops that are held against each hole. */
const MOST_WIDE = 1000;
const EVERYTHING: Drop = { cause: '', first: 1, last: MAX_NUMBER, count: MAX_NUMBER };

function overlapOf(a: Range, b: Range): number {
  return Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1);
}

/** A drop of all the numbers of its range. */
function isWhole({ first, last, count }: Drop): boolean {
  return count >= last - first + 1;
}

function doubtsOf({ life, declared, unread }: RunFacts, expired: number, unexplained: boolean): Doubt[] {
  const doubts: Doubt[] = [];
  if (life.shared) doubts.push('shared');
  if (declared.taken.length > 0) doubts.push('taken');
  if (expired > 0) doubts.push('expired');
  if (unexplained && life.unnumbered > 0) doubts.push('unnumbered');
  if (unread.repeats || (unexplained && (unread.absences || declared.cut))) doubts.push('unread');
  return doubts;
}

/** Numbers that do not begin at 1 or are beyond what can be counted: how many there should be is not known. */
function uncountable(life: RunLife): Judgement {
  return {
    state: 'unsearched',
    highest: life.lines,
    closed: false,
    indexed: life.lines,
    missing: [],
    missingCount: 0,
    inFlight: 0,
    dropped: 0,
    dead: 0,
    unsearched: 0,
    expired: 0,
    unprovenAfter: null,
    doubts: ['numbers'],
  };
}
