import type { estypes } from '@elastic/elasticsearch';
import { type Dataset, FIELDS, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import type { LastBefore, OwnLines } from '../../delivery/evidence';
import { groupBy } from '../../topology/groups';
import { RUN_DATASETS, runStreams } from './streams';
import { askEach, chunks, type Query, type Search } from './typed_search';

/** Runs of one search. */
const RUNS = 1000;
/** Clauses of one search. */
const CLAUSES = 200;

interface Lines {
  key: string;
  numbers: estypes.AggregationsStatsAggregate;
  ingested: estypes.AggregationsStatsAggregate;
  timestamp: estypes.AggregationsStatsAggregate;
}

function ownSearch(
  dataset: Dataset,
  runs: readonly string[],
  namespace: string,
): Search<[string, OwnLines][], { runs: { buckets: Lines[] } }> {
  return {
    index: streamOf(dataset, namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [{ terms: { [FIELDS.run]: [...runs] } }, { exists: { field: FIELDS.sequence } }] } },
      aggs: {
        runs: {
          terms: { field: FIELDS.run, size: runs.length },
          aggs: {
            numbers: { stats: { field: FIELDS.sequence } },
            ingested: { stats: { field: FIELDS.ingested } },
            timestamp: { stats: { field: FIELDS.timestamp } },
          },
        },
      },
    },
    read: ({ aggregations }) =>
      (aggregations.runs?.buckets ?? []).map(({ key, numbers, ingested, timestamp }) => [
        key,
        {
          dataset,
          lines: numbers.count,
          lowest: numbers.min ?? 0,
          indexedFrom: ingested.min ?? timestamp.min ?? 0,
          indexedTo: ingested.max ?? timestamp.max ?? 0,
        },
      ]),
  };
}

/** Runs' lines in each data set. */
export async function ownLinesOf(runs: readonly string[], context: Context): Promise<Map<string, OwnLines[]>> {
  const searches = RUN_DATASETS.flatMap((dataset) =>
    chunks(runs, RUNS).map((some) => ownSearch(dataset, some, context.settings.namespace)),
  );
  const found = (await askEach(context, 'runs by data set', searches)).flat();
  return new Map([...groupBy(found, ([run]) => run)].map(([run, own]) => [run, own.map(([, lines]) => lines)]));
}

const CLOCKS = { indexed: FIELDS.ingested, received: FIELDS.created } as const;

function beforeSearch(
  asked: readonly LastBefore[],
  namespace: string,
): Search<(number | null)[], { by: { buckets: { highest: estypes.AggregationsSingleMetricAggregateBase }[] } }> {
  return {
    index: runStreams(namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [{ terms: { [FIELDS.run]: asked.map(({ run }) => run) } }] } },
      aggs: {
        by: { filters: { filters: asked.map(linesBefore) }, aggs: { highest: { max: { field: FIELDS.sequence } } } },
      },
    },
    read: ({ aggregations }) => asked.map((_, i) => aggregations.by?.buckets[i]?.highest.value ?? null),
  };
}

/** A line that nobody stamped counts by its own time. */
function linesBefore({ run, clock, before }: LastBefore): Query {
  const field = CLOCKS[clock];
  const earlier = (of: string): Query => ({ range: { [of]: { lt: before, format: 'epoch_millis' } } });
  const unstamped: Query = { bool: { filter: [earlier(FIELDS.timestamp)], must_not: [{ exists: { field } }] } };
  return {
    bool: {
      filter: [
        { term: { [FIELDS.run]: run } },
        { bool: { should: [earlier(field), unstamped], minimum_should_match: 1 } },
      ],
    },
  };
}

/** Runs' highest numbers of before a time, in the order of the questions. */
export async function lastBefore(asked: readonly LastBefore[], context: Context): Promise<(number | null)[]> {
  const searches = chunks(asked, CLAUSES).map((some) => beforeSearch(some, context.settings.namespace));
  return (await askEach(context, 'lines before', searches)).flat();
}
