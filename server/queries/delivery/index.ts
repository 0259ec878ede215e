import type { DeliveryData, DeliveryRequest, Run } from '../../../common/api';
import { MAX_RUNS } from '../../../common/api';
import { FIELDS } from '../../../common/ecs';
import { judgeRun } from '../../../common/model/delivery/judge';
import { countOf, type Range } from '../../../common/model/delivery/ranges';
import { deliveryVerdict } from '../../../common/model/delivery/verdict';
import type { Context } from '../../context';
import { bucketsOf, numberOf } from '../../search/buckets';
import { NO_ANSWER, onlyIf } from '../../search/msearch';
import { textFilters, timeFilter } from '../../search/scope';
import { timelineOf, windowOf } from '../../search/timeline';
import { emptyState } from '../rotation';
import { lastRequestSearch } from '../rotation/searches';
import { absentOf, expiredTo, timesAround } from './absent';
import { deadLetterGroups, deadLetterSearch, originalsOf, originalsSearch } from './dead_letters';
import { openRun } from './open_run';
import { lifeSearches, type RunLife, readLives, runsInWindow } from './runs';
import { lagOfWindow, outagesOf, percentile, seriesOf, seriesSearches } from './series';

type Overview = NonNullable<DeliveryData['overview']>;

/** The SDK reports every 30 s; three reports missed is silence. */
const ALIVE_MS = 95_000;
/** Runs whose missing numbers are looked for one by one in an answer. */
const MAX_SEARCHED = 50;
const MAX_RANGES = 20;
const RETENTION_DAYS = 30;

/** `POST delivery`: which runs there are, then their whole lives; more only for runs in which something is absent. */
export async function answerDelivery(query: DeliveryRequest, context: Context): Promise<DeliveryData> {
  const { settings, now } = context;
  const { namespace } = settings;
  const timeline = timelineOf(query.from, query.to, query.buckets, 30);
  const overviewWanted = query.parts.includes('overview');
  const selectors = [
    ...(query.service.length > 0 ? [{ terms: { [FIELDS.service]: query.service } }] : []),
    ...(query.environment.length > 0 ? [{ terms: { [FIELDS.environment]: query.environment } }] : []),
  ];
  const filter = [timeFilter(query.from, query.to), ...selectors, ...textFilters(query, context.kqlToQuery(query.kql))];
  const answers = await context.askAll({
    last: lastRequestSearch({ query, namespace }),
    active: overviewWanted ? runsInWindow(filter, namespace, MAX_RUNS) : null,
    letters: overviewWanted ? deadLetterSearch(query.from, query.to, namespace) : null,
    originals: originalsSearch(query, namespace),
    ...onlyIf(overviewWanted, seriesSearches(timeline, namespace)),
  });
  const asked = query.parts.includes('run') ? query.run : undefined;
  const active = bucketsOf(answers.active.aggregations, 'runs').map(({ key }) => String(key));
  const ids = overviewWanted ? [...new Set([...active, ...(asked ? [asked.id] : [])])] : asked ? [asked.id] : [];
  const { runs, truncated } = await judgedRuns(ids, query.to, context);
  const settled = now - settings.in_flight_s * 1000;
  const outages = outagesOf(answers.reports, timeline, settled);
  const listed = runs.filter(({ id }) => active.includes(id));
  const overview = overviewWanted
    ? overviewOf(listed, truncated || active.length >= MAX_RUNS, context.reasons.length > 0, {
        series: seriesOf(answers, timeline),
        ...lagOfWindow(answers.lag.hits),
        outages,
        dead_letters: deadLetterGroups(answers.letters),
        dead_letters_total: answers.letters.total,
        duplicates: numberOf(answers.indexer.aggregations, 'conflicts') ?? 0,
      })
    : null;
  const opened = asked && runs.find(({ id }) => id === asked.id);
  // Dead letters have no fields to search: where a search matches no run, they are not what was asked for.
  const searched = query.kql.trim() !== '' || query.filters.length > 0;
  const something = listed.length > 0 || (answers.letters.total > 0 && !searched) || !overviewWanted;
  return {
    state: something ? 'ok' : emptyState(answers.last),
    last_line_at: numberOf(answers.last.aggregations, 'newest'),
    window: windowOf(timeline, now, settings.in_flight_s * 1000),
    overview,
    run: opened && asked ? await openRun(opened, asked.around, query.to, outages, context) : null,
    dead_letter: query.parts.includes('dead_letter') ? originalsOf(answers.originals ?? NO_ANSWER) : null,
  };
}

async function judgedRuns(ids: string[], to: string, context: Context): Promise<{ runs: Run[]; truncated: boolean }> {
  if (ids.length === 0) return { runs: [], truncated: false };
  const lives = readLives(await context.askAll(lifeSearches(ids, to, context.settings.namespace)));
  const suspect = lives.filter(({ complete }) => !complete);
  const absent = new Map<string, { ranges: Range[]; truncated: boolean }>();
  for (const life of suspect.slice(0, MAX_SEARCHED)) absent.set(life.id, await absentOf(life, to, context));
  // What was not searched is counted, without naming the numbers.
  for (const life of suspect.slice(MAX_SEARCHED)) {
    absent.set(life.id, { ranges: [{ first: 1, last: Math.max(0, life.highest - life.indexed) }], truncated: true });
  }
  const gaps = [...absent].flatMap(([run, { ranges }]) => ranges.slice(0, MAX_RANGES).map((range) => ({ run, range })));
  const times = await timesAround(gaps, to, context);
  const around = gaps.map((gap, i) => ({ ...gap, ...times[i]! }));
  const runs = lives.map((life) =>
    runOf(
      life,
      absent.get(life.id),
      around.filter(({ run }) => run === life.id),
      to,
      context,
    ),
  );
  return { runs: runs.sort(worstFirst), truncated: suspect.length > MAX_SEARCHED };
}

interface Gap {
  range: Range;
  from: number | null;
  to: number | null;
}

function runOf(
  life: RunLife,
  found: { ranges: Range[]; truncated: boolean } | undefined,
  gaps: readonly Gap[],
  to: string,
  { now, settings }: Context,
): Run {
  const absent = found?.ranges ?? [];
  const reference = Math.min(now, Date.parse(to));
  const settledBefore = now - settings.in_flight_s * 1000;
  const young = gaps.find((gap) => (gap.to ?? now) > settledBefore && (gap.from ?? 0) > settledBefore - 60_000);
  const judged = judgeRun(
    {
      ...life,
      absent,
      youngFrom: young?.range.first ?? null,
      expiredTo: expiredTo(life, absent, now, RETENTION_DAYS),
    },
    reference,
    ALIVE_MS,
  );
  const near = (range: Range) => gaps.find((gap) => gap.range.first <= range.first && gap.range.last >= range.last);
  return {
    id: life.id,
    short_id: life.id.replace(/[^a-z0-9]/gi, '').slice(-4),
    host: life.host,
    service: life.service,
    version: life.version,
    state: judged.state,
    started: life.started,
    last_seen: life.lastSeen,
    closed: life.closed,
    sent: life.highest,
    sent_is_lower_bound: !life.closed,
    indexed: life.indexed,
    missing: countOf(judged.missing),
    missing_ranges: judged.missing
      .slice(0, MAX_RANGES)
      .map((range) => ({ ...range, from: near(range)?.from ?? null, to: near(range)?.to ?? null })),
    missing_ranges_truncated: judged.missing.length > MAX_RANGES || (found?.truncated ?? false),
    in_flight: judged.inFlight,
    unproven_after: judged.unprovenAfter,
    drops: life.drops,
    dead_letters: judged.dead,
    dead_letter_sequences: life.deadLetters.slice(0, 100),
    duplicates_refused: life.refused,
    lag_p50_ms: percentile(life.lags, 50),
    lag_p95_ms: percentile(life.lags, 95),
  };
}

const ORDER: Record<Run['state'], number> = { missing: 0, unproven: 1, running: 2, proven: 3 };

function worstFirst(a: Run, b: Run): number {
  const trouble = (run: Run) => run.drops.reduce((sum, drop) => sum + drop.count, 0) + run.dead_letters;
  return ORDER[a.state] - ORDER[b.state] || b.missing - a.missing || trouble(b) - trouble(a) || b.started - a.started;
}

function overviewOf(
  runs: Run[],
  truncated: boolean,
  partial: boolean,
  rest: Pick<Overview, 'series' | 'lag_p50_ms' | 'lag_p95_ms' | 'outages' | 'dead_letters' | 'dead_letters_total'> & {
    duplicates: number;
  },
): Overview {
  const { duplicates, ...shown } = rest;
  const sum = (value: (run: Run) => number) => runs.reduce((total, run) => total + value(run), 0);
  const states = (state: Run['state']) => runs.filter((run) => run.state === state).length;
  const counts = {
    runs: runs.length,
    proven: states('proven'),
    running: states('running'),
    unproven: states('unproven'),
    missing: states('missing'),
  };
  const indexed = sum((run) => run.indexed);
  const missing = sum((run) => run.missing);
  const inFlight = sum((run) => run.in_flight);
  const dead = sum((run) => run.dead_letters);
  const written = sum((run) => run.sent);
  return {
    verdict: deliveryVerdict(counts, runs, partial),
    counts,
    account: {
      written,
      written_is_lower_bound: runs.some((run) => run.sent_is_lower_bound),
      indexed,
      // What really left a hole; a drop that arrived after all by a resend is no loss.
      drops: Math.max(0, written - indexed - dead - missing - inFlight),
      dead_letters: dead,
      missing,
      in_flight: inFlight,
      duplicates_refused: duplicates,
    },
    runs,
    runs_truncated: truncated,
    ...shown,
    dead_letters_of_runs: dead,
  };
}
