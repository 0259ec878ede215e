import type { Run } from '../../../common/api';
import { judgeRun } from '../../../common/model/delivery/judge';
import { countOf, type Range, thinRanges } from '../../../common/model/delivery/ranges';
import type { Context } from '../../context';
import { absentOf, expiredTo, timesAround } from './absent';
import { declaredSearches, PAGES, type PageLimits, readDeclared } from './declared';
import { type Explained, explainedRuns } from './explained';
import { lifeSearches, type RunLife, readLives } from './runs';
import { percentile } from './series';

/** The SDK reports every 30 s; three reports missed is silence. */
const ALIVE_MS = 95_000;
const MAX_RANGES = 20;
const YOUNG_RANGES = 10;
const RETENTION_DAYS = 30;
/** A strip is 160 px wide; two marks in one px are one. */
const STRIP_STEPS = 320;

export interface JudgeLimits {
  /** Runs whose missing numbers are looked for one by one in an answer. */
  searched: number;
  declared: PageLimits;
}
const LIMITS: JudgeLimits = { searched: 50, declared: PAGES };

/** A run as the answer shows it, with all that is known of its numbers. */
export interface JudgedRun {
  run: Run;
  missing: Range[];
  dropped: Range[];
  dead: ReadonlySet<number>;
}

/** What the search for a run's absent numbers found; more are absent when it is `truncated`. */
interface Found {
  ranges: Range[];
  truncated: boolean;
}

/**
 * Judges runs, worst first. Most incomplete ones are explained by what they declared; of the others those that lack most
 * are searched for the numbers, `asked` before them. The rest are called incomplete, and no number of theirs missing.
 */
export async function judgedRuns(
  ids: string[],
  asked: string | undefined,
  to: string,
  context: Context,
  limits = LIMITS,
): Promise<JudgedRun[]> {
  if (ids.length === 0) return [];
  const { namespace } = context.settings;
  const reasons = context.reasons.length;
  const declaring = declaredSearches(ids, to, namespace, limits.declared);
  const answers = await context.askAll({ ...lifeSearches(ids, to, namespace), ...declaring });
  const declared = await readDeclared(ids, declaring, answers, context, limits.declared);
  const lives = readLives(answers, declared);
  const incomplete = lives.filter(({ complete }) => !complete);
  const explained = await explainedRuns(incomplete, to, context);
  const open = incomplete.filter(({ id }) => !explained.has(id)).sort((a, b) => openOf(b) - openOf(a));
  const suspects = [...open.filter(({ id }) => id === asked), ...open.filter(({ id }) => id !== asked)];
  const found = new Map<string, Found>();
  for (const life of suspects.slice(0, limits.searched)) found.set(life.id, await absentOf(life, to, context));
  const gaps = [...found].flatMap(([run, { ranges }]) => timed(ranges).map((range) => ({ run, range })));
  const times = await timesAround(gaps, to, context);
  const around = gaps.map((gap, i) => ({ ...gap, ...times[i]! }));
  if (lives.some(({ cut }) => cut)) {
    context.reasons.push({
      code: 'limit_reached',
      message:
        'There are more drops and dead letters than were read; runs that they may explain are called incomplete.',
    });
  }
  // Where a search failed, what it would have found may explain any absence, and absences may be none.
  const failed = context.reasons.slice(reasons).some(({ code }) => code !== 'limit_reached');
  return lives
    .map((life) =>
      judged(failed ? { ...life, cut: true } : life, {
        explained: explained.get(life.id),
        found: found.get(life.id),
        gaps: around.filter(({ run }) => run === life.id),
        to,
        context,
      }),
    )
    .sort((a, b) => worstFirst(a.run, b.run));
}
/** How many absences nothing declared can explain, at the least. */
function openOf({ highest, indexed, drops, deadLetters }: RunLife): number {
  return highest - indexed - drops.reduce((sum, { count }) => sum + count, 0) - deadLetters.length;
}

/** The first gaps, for they are shown, and the last ones, for they may be young. */
function timed(ranges: readonly Range[]): Range[] {
  return [...ranges.slice(0, MAX_RANGES), ...ranges.slice(MAX_RANGES).slice(-YOUNG_RANGES)];
}

interface Evidence {
  explained: Explained | undefined;
  found: Found | undefined;
  gaps: readonly { range: Range; from: number | null; to: number | null }[];
  to: string;
  context: Context;
}

function judged(life: RunLife, evidence: Evidence): JudgedRun {
  const { explained, found } = evidence;
  const absent = found?.ranges ?? [];
  // What arrived since the lives were read is not absent any more; more than there are numbers are duplicates.
  const indexed = found && !found.truncated ? Math.max(life.indexed, life.highest - countOf(absent)) : life.indexed;
  const rest = life.complete || explained ? 0 : Math.max(0, life.highest - indexed - countOf(absent));
  const judgement = { ...judgementOf(life, absent, rest, evidence), ...explained };
  const { missing } = judgement;
  const near = ({ first, last }: Range) =>
    evidence.gaps.find(({ range }) => range.first <= first && range.last >= last);
  const dropped = life.drops.flatMap(({ ranges }) => ranges);
  const thin = (ranges: readonly Range[]) => thinRanges(ranges, life.highest, STRIP_STEPS);
  return {
    missing,
    dropped,
    dead: new Set(life.deadLetters),
    run: {
      id: life.id,
      short_id: life.id.replace(/[^a-z0-9]/gi, '').slice(-4),
      host: life.host,
      service: life.service,
      version: life.version,
      state: judgement.state,
      started: life.started,
      last_seen: life.lastSeen,
      closed: life.closed,
      sent: life.highest,
      sent_is_lower_bound: !life.closed,
      indexed,
      missing: countOf(missing),
      missing_ranges: missing
        .slice(0, MAX_RANGES)
        .map((range) => ({ ...range, from: near(range)?.from ?? null, to: near(range)?.to ?? null })),
      missing_ranges_truncated: missing.length > MAX_RANGES || (missing.length > 0 && judgement.unsearched > 0),
      in_flight: judgement.inFlight,
      unsearched: judgement.unsearched,
      expired: judgement.expired,
      dropped: judgement.dropped,
      unproven_after: judgement.unprovenAfter,
      drops: life.drops.map(({ cause, count, ranges }) => ({ cause, count, ranges: thin(ranges) })),
      dead_letters: judgement.state === 'unsearched' ? life.deadLetters.length : judgement.dead,
      dead_letter_ranges: thin(life.deadLetters.map((n) => ({ first: n, last: n }))),
      duplicates_refused: life.refused,
      lag_p50_ms: percentile(life.lags, 50),
      lag_p95_ms: percentile(life.lags, 95),
    },
  };
}

function judgementOf(life: RunLife, absent: readonly Range[], rest: number, { gaps, to, context }: Evidence) {
  const { now, settings } = context;
  const settledBefore = now - settings.in_flight_s * 1000;
  const young = gaps.find((gap) => (gap.to ?? now) > settledBefore && (gap.from ?? 0) > settledBefore - 60_000);
  return judgeRun(
    {
      ...life,
      absent,
      declaredCut: life.cut,
      unsearched: rest,
      youngFrom: young?.range.first ?? null,
      expiredTo: expiredTo(life, absent, now, RETENTION_DAYS),
    },
    Math.min(now, Date.parse(to)),
    ALIVE_MS,
  );
}

const ORDER: Record<Run['state'], number> = { missing: 0, unsearched: 1, unproven: 2, running: 3, proven: 4 };

function worstFirst(a: Run, b: Run): number {
  const trouble = (run: Run) => run.drops.reduce((sum, drop) => sum + drop.count, 0) + run.dead_letters;
  return (
    ORDER[a.state] - ORDER[b.state] ||
    b.missing - a.missing ||
    b.unsearched - a.unsearched ||
    trouble(b) - trouble(a) ||
    b.started - a.started
  );
}
