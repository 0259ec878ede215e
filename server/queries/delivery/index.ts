import type { DeliveryData, DeliveryRequest, Run } from '../../../common/api';
import { MAX_RUNS } from '../../../common/api';
import { deliveryVerdict } from '../../../common/model/delivery/verdict';
import type { Context } from '../../context';
import { loadDirectory, NOBODY } from '../../elasticsearch/directory';
import { lastRequestSearch } from '../../elasticsearch/last_request';
import { selectedLines } from '../../elasticsearch/lines_of';
import type { Dsl } from '../../host';
import { emptyState } from '../../questions/empty_state';
import { bucketsOf, numberOf } from '../../search/buckets';
import { NO_ANSWER, onlyIf } from '../../search/msearch';
import { textFilters, timeFilter } from '../../search/scope';
import { timelineOf, windowOf } from '../../search/timeline';
import { narrowDirectory } from '../../topology/selection';
import { deadLetterGroups, deadLetterSearch, originalsOf, originalsSearch } from './dead_letters';
import { judgedRuns } from './judged';
import { openRun } from './open_run';
import { runsInWindow } from './runs';
import { lagOfWindow, lagScope, outagesOf, seriesOf, seriesSearches } from './series';

type Overview = NonNullable<DeliveryData['overview']>;

/** `POST delivery`: which runs there are, then their whole lives; more only for runs in which something is absent. */
export async function answerDelivery(query: DeliveryRequest, context: Context): Promise<DeliveryData> {
  const { settings, now } = context;
  const { namespace } = settings;
  const timeline = timelineOf(query.from, query.to, query.buckets, 30);
  const overviewWanted = query.parts.includes('overview');
  // A run is its webapp's: of a pool are the runs of the webapps behind it.
  const chosen = query.pool.length + query.service.length + query.environment.length > 0;
  const everyone = chosen ? await loadDirectory(context, timeline.from, timeline.to) : NOBODY;
  const directory = narrowDirectory(everyone, query);
  const kql = context.kqlToQuery(query.kql);
  const selectors = selectedLines(query, 'webapp', directory) as Dsl[];
  const filter = [timeFilter(query.from, query.to), ...selectors, ...textFilters(query, kql)];
  const answers = await context.askAll({
    last: lastRequestSearch(query, namespace),
    active: overviewWanted ? runsInWindow(filter, namespace, MAX_RUNS) : null,
    letters: overviewWanted ? deadLetterSearch(query.from, query.to, namespace) : null,
    originals: originalsSearch(query, namespace),
    ...onlyIf(overviewWanted, seriesSearches(timeline, namespace, lagScope(query, directory, kql))),
  });
  const asked = query.parts.includes('run') ? query.run : undefined;
  const active = bucketsOf(answers.active.aggregations, 'runs').map(({ key }) => String(key));
  const ids = overviewWanted ? [...new Set([...active, ...(asked ? [asked.id] : [])])] : asked ? [asked.id] : [];
  const judged = await judgedRuns(ids, asked?.id, query.to, context);
  const settled = now - settings.in_flight_s * 1000;
  const outages = outagesOf(answers.reports, timeline, settled);
  const listed = judged.flatMap(({ run }) => (active.includes(run.id) ? [run] : []));
  const overview = overviewWanted
    ? overviewOf(listed, active.length >= MAX_RUNS, context.reasons.length > 0, {
        series: seriesOf(answers, timeline),
        ...lagOfWindow(answers.lag.hits),
        outages,
        dead_letters: deadLetterGroups(answers.letters),
        dead_letters_total: answers.letters.total,
        duplicates: numberOf(answers.indexer.aggregations, 'conflicts') ?? 0,
      })
    : null;
  const opened = asked && judged.find(({ run }) => run.id === asked.id);
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
    unsearched: states('unsearched'),
    missing: states('missing'),
  };
  // An unsearched run's dead letters may be among its absent numbers, or not.
  const searched = runs.filter(({ state }) => state !== 'unsearched');
  return {
    verdict: deliveryVerdict(counts, runs, partial),
    counts,
    account: {
      written: sum((run) => run.sent),
      written_is_lower_bound: runs.some((run) => run.sent_is_lower_bound),
      indexed: sum((run) => run.indexed),
      // What really left a hole; a drop that arrived after all by a resend is no loss.
      drops: sum((run) => run.dropped),
      dead_letters: searched.reduce((total, run) => total + run.dead_letters, 0),
      missing: sum((run) => run.missing),
      in_flight: sum((run) => run.in_flight),
      unsearched: sum((run) => run.unsearched),
      expired: sum((run) => run.expired),
      duplicates_refused: duplicates,
    },
    runs,
    runs_truncated: truncated,
    ...shown,
    dead_letters_of_runs: sum((run) => run.dead_letters),
  };
}
