import type { estypes } from '@elastic/elasticsearch';
import { DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import type { RunNames } from '../../delivery/evidence';
import type { Hit } from '../../search/msearch';
import { runStreams } from './streams';
import { type Aggs, askEach, chunks, type Query, type Search } from './typed_search';

/** Runs of one search. */
const RUNS = 1000;
/** Runs of one search that samples lines. */
const SAMPLED_RUNS = 100;
/** Lines of a run by which its lag is told. */
const SAMPLE = 60;

interface Terms {
  buckets: { key: string }[];
}

const top = (field: string): Aggs[string] => ({ terms: { field, size: 1 } });

function byRun<Answer, Bucket extends { key: string }>(
  runs: readonly string[],
  namespace: string,
  aggs: Aggs,
  read: (bucket: Bucket) => Answer,
): Search<[string, Answer][], { runs: { buckets: Bucket[] } }> {
  const query: Query = {
    bool: { filter: [{ terms: { [FIELDS.run]: [...runs] } }, { exists: { field: FIELDS.sequence } }] },
  };
  return {
    index: runStreams(namespace),
    body: {
      size: 0,
      track_total_hits: false,
      // Which lines of a run are its sample: the same ones each time.
      query: {
        function_score: { query, functions: [{ random_score: { seed: 1, field: '_seq_no' } }], boost_mode: 'replace' },
      },
      aggs: { runs: { terms: { field: FIELDS.run, size: runs.length }, aggs } },
    },
    read: ({ aggregations }) =>
      (aggregations.runs?.buckets ?? []).map((bucket): [string, Answer] => [bucket.key, read(bucket)]),
  };
}

/** What runs' lines call their host, service and version. */
export async function namesOf(runs: readonly string[], context: Context): Promise<Map<string, RunNames>> {
  const aggs = { hosts: top(FIELDS.host), services: top(FIELDS.service), versions: top(FIELDS.version) };
  const first = ({ buckets }: Terms) => buckets[0]?.key ?? null;
  const searches = chunks(runs, RUNS).map((some) =>
    byRun(some, context.settings.namespace, aggs, (run: { key: string } & Record<keyof typeof aggs, Terms>) => ({
      host: first(run.hosts),
      service: first(run.services),
      version: first(run.versions),
    })),
  );
  return new Map((await askEach(context, 'names of runs', searches)).flat());
}

/** Runs' lags, ms, by a sample of their lines. */
export async function lagsOfRuns(runs: readonly string[], context: Context): Promise<Map<string, number[]>> {
  const aggs: Aggs = {
    sample: {
      top_hits: {
        size: SAMPLE,
        _source: false,
        docvalue_fields: [FIELDS.timestamp, FIELDS.ingested].map((field) => ({ field, format: 'epoch_millis' })),
      },
    },
  };
  const searches = chunks(runs, SAMPLED_RUNS).map((some) =>
    byRun(some, context.settings.namespace, aggs, (run: { key: string; sample: { hits: { hits: Hit[] } } }) =>
      run.sample.hits.hits.flatMap(lagOf),
    ),
  );
  return new Map((await askEach(context, 'lags of runs', searches)).flat());
}

/** From a line's own time until the indexer sent it, ms. */
function lagOf({ fields }: Hit): number[] {
  const [written, sent] = [fields?.[FIELDS.timestamp]?.[0], fields?.[FIELDS.ingested]?.[0]];
  return written === undefined || sent === undefined ? [] : [Number(sent) - Number(written)];
}

/** Repeats of a run that an indexer refused, in one report. */
const REFUSED = 'rota.indexer.refused';

interface Refused {
  told: { doc_count: number };
  runs: { buckets: { key: string; refused: estypes.AggregationsSingleMetricAggregateBase }[] };
}

function refusedSearch(
  runs: readonly string[],
  namespace: string,
): Search<{ told: boolean; refused: Map<string, number> }, Refused> {
  const told: Query = { exists: { field: 'rota.indexer.indexed' } };
  const mine: Query = {
    bool: { filter: [{ terms: { [FIELDS.run]: [...runs] } }, { exists: { field: REFUSED } }] },
  };
  return {
    index: streamOf(DATASETS.pipeline, namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { should: [told, mine], minimum_should_match: 1 } },
      aggs: {
        told: { filter: told },
        runs: {
          terms: { field: FIELDS.run, size: runs.length, include: [...runs] },
          aggs: { refused: { sum: { field: REFUSED } } },
        },
      },
    },
    read: ({ aggregations: { told: reports, runs: found } }) => ({
      told: (reports?.doc_count ?? 0) > 0,
      refused: new Map((found?.buckets ?? []).map(({ key, refused }) => [key, refused.value ?? 0])),
    }),
  };
}

/** Repeats that indexers refused, by run; null when no indexer has ever told. */
export async function refusedOf(runs: readonly string[], context: Context): Promise<(run: string) => number | null> {
  const found = await askEach(
    context,
    'refused repeats',
    chunks(runs, RUNS).map((some) => refusedSearch(some, context.settings.namespace)),
  );
  const refused = new Map(found.flatMap((one) => [...one.refused]));
  const told = found.some((one) => one.told);
  return (run) => refused.get(run) ?? (told ? 0 : null);
}
