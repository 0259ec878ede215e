import type { DeliveryData, Scope } from '../../../common/api';
import { ACCESS_DATASETS, DATASETS, type Dataset, type EcsDocument, FIELDS, streamOf } from '../../../common/ecs';
import { type LinesOf, selectedLines } from '../../elasticsearch/lines_of';
import type { Dsl } from '../../host';
import { timeAgg } from '../../search/aggregations';
import { type Bucket, bucketsOf, numberOf } from '../../search/buckets';
import type { Hit, NamedSearch, SearchAnswer } from '../../search/msearch';
import { anyOf, textFilters, timeFilter } from '../../search/scope';
import { indexOf, type Timeline } from '../../search/timeline';
import type { Directory } from '../../topology/directory';
import { quietSpans } from '../../topology/silence';
import { lagsOf } from './runs';

type Series = NonNullable<DeliveryData['overview']>['series'];
type Outages = NonNullable<DeliveryData['overview']>['outages'];

const LAG_DATASETS: Readonly<Record<LinesOf, readonly Dataset[]>> = {
  lb: ACCESS_DATASETS.lb,
  frontend: ACCESS_DATASETS.frontend,
  webapp: [...ACCESS_DATASETS.webapp, DATASETS.app],
};
const LAG_SAMPLE = 4000;
/** The indexer reports every 10 s. */
const REPORT_MS = 10_000;
/** A report that comes later than this many of its usual steps is missing. */
const LATE = 1.25;
/** Queues in which lines wait; an rsyslog has a dozen more. */
const QUEUES = ['index', 'forward', 'main Q'];

/** @param scope of the lines whose lag is measured; queues, indexers and reports are everybody's */
export function seriesSearches(
  timeline: Timeline,
  namespace: string,
  scope: readonly Dsl[],
): Record<'lag' | 'queues' | 'indexer' | 'reports', NamedSearch> {
  const pipeline = streamOf(DATASETS.pipeline, namespace);
  const time = timeFilter(timeline.from, timeline.to);
  const body = (filter: Dsl[], aggs: Record<string, Dsl>): Dsl => ({
    size: 0,
    track_total_hits: false,
    query: { bool: { filter: [time, ...filter] } },
    aggs,
  });
  return {
    lag: {
      index: Object.values(LAG_DATASETS)
        .flat()
        .map((dataset) => streamOf(dataset, namespace))
        .join(','),
      body: {
        size: LAG_SAMPLE,
        track_total_hits: true,
        query: {
          function_score: {
            query: { bool: { filter: [time, { exists: { field: FIELDS.ingested } }, ...scope] } },
            random_score: { seed: 1, field: '_seq_no' },
            boost_mode: 'replace',
          },
        },
        _source: [FIELDS.timestamp, FIELDS.ingested],
      },
    },
    queues: {
      index: pipeline,
      body: body([{ exists: { field: 'rota.rsyslog.size' } }], {
        servers: {
          terms: { field: FIELDS.host, size: 10 },
          aggs: {
            names: {
              terms: { field: 'rota.rsyslog.name', size: QUEUES.length, include: QUEUES },
              aggs: { time: timeAgg(timeline.interval, { depth: { max: { field: 'rota.rsyslog.size' } } }) },
            },
          },
        },
      }),
    },
    indexer: {
      index: pipeline,
      body: body([{ exists: { field: 'rota.indexer.indexed' } }], {
        conflicts: { sum: { field: 'rota.indexer.conflicts' } },
        time: timeAgg(timeline.interval, {
          indexed: { sum: { field: 'rota.indexer.indexed' } },
          retries: { sum: { field: 'rota.indexer.retries' } },
        }),
        // A gauge: of several indexers, and of several reports in a point, the longest wait.
        waiting: {
          terms: { field: FIELDS.host, size: 10 },
          aggs: { time: timeAgg(timeline.interval, { oldest: { max: { field: 'rota.indexer.oldest_ms' } } }) },
        },
      }),
    },
    reports: {
      index: pipeline,
      // A log server is where an indexer runs; other hosts' rsyslog reports here, too.
      body: body([{ exists: { field: 'rota.indexer.indexed' } }], {
        servers: {
          terms: { field: FIELDS.host, size: 20 },
          aggs: {
            time: timeAgg(timeline.interval, {
              first: { min: { field: FIELDS.timestamp } },
              last: { max: { field: FIELDS.timestamp } },
            }),
          },
        },
      }),
    },
  };
}

/** The chosen service, environment and pool in the words of each tier's lines. */
export function lagScope(scope: Scope, directory: Directory, kql: Dsl): Dsl[] {
  const tiers = (Object.keys(LAG_DATASETS) as LinesOf[]).map((tier) => ({
    tier,
    chosen: selectedLines(scope, tier, directory) as Dsl[],
  }));
  const unchosen = tiers.every(({ chosen }) => chosen.length === 0);
  const ofTiers = tiers.map(
    ({ tier, chosen }): Dsl => ({
      bool: { filter: [{ terms: { [FIELDS.streamDataset]: LAG_DATASETS[tier] } }, ...chosen] },
    }),
  );
  return [...(unchosen ? [] : [anyOf(ofTiers)]), ...textFilters(scope, kql)];
}

export function seriesOf(answers: Record<'lag' | 'queues' | 'indexer', SearchAnswer>, timeline: Timeline): Series {
  const lags = timeline.times.map((): number[] => []);
  for (const hit of answers.lag.hits) {
    const t = Date.parse((hit._source as EcsDocument)['@timestamp'] ?? '');
    const i = indexOf(timeline, { key: Math.floor(t / timeline.interval) * timeline.interval, doc_count: 1 });
    if (i !== null) lags[i]!.push(...lagsOf([hit]));
  }
  const seconds = timeline.interval / 1000;
  return {
    times: timeline.times,
    lag_p50_ms: lags.map((list) => percentile(list, 50)),
    lag_p95_ms: lags.map((list) => percentile(list, 95)),
    queues: bucketsOf(answers.queues.aggregations, 'servers').flatMap((server) => queuesOf(server, timeline)),
    indexed_per_s: gaps(
      timeline,
      bucketsOf(answers.indexer.aggregations, 'time'),
      (b) => (numberOf(b, 'indexed') ?? 0) / seconds,
    ),
    retries: gaps(timeline, bucketsOf(answers.indexer.aggregations, 'time'), (b) => numberOf(b, 'retries') ?? 0),
    waiting: bucketsOf(answers.indexer.aggregations, 'waiting').map((server) => ({
      server: String(server.key),
      oldest_ms: gaps(timeline, bucketsOf(server, 'time'), (b) => numberOf(b, 'oldest')),
    })),
  };
}

function queuesOf(server: Bucket, timeline: Timeline): Series['queues'] {
  return bucketsOf(server, 'names').map((queue) => {
    const time = bucketsOf(queue, 'time');
    const signs = time.map(({ key }) => ({ from: Number(key), to: Number(key) }));
    // Reports further apart than the buckets (rsyslog's come once a minute): what was told last holds until the next.
    const most = Math.floor((LATE * usualStep(queue, signs)) / timeline.interval);
    const depth = gaps(timeline, time, (b) => numberOf(b, 'depth') ?? 0);
    return { server: String(server.key), queue: String(queue.key), depth: held(depth, most) };
  });
}

/** Fills at most `most` empty buckets between two values with the earlier one; a longer silence stays a gap. */
export function held(row: readonly (number | null)[], most: number): (number | null)[] {
  const filled = [...row];
  let last = -1;
  row.forEach((value, i) => {
    if (value === null) return;
    const empty = i - last - 1;
    if (last >= 0 && empty <= most) filled.fill(row[last]!, last + 1, i);
    last = i;
  });
  return filled;
}

/** A row that leaves buckets without a report empty: a gap is no zero. */
function gaps(timeline: Timeline, buckets: Bucket[], value: (bucket: Bucket) => number | null): (number | null)[] {
  const row: (number | null)[] = timeline.times.map(() => null);
  for (const bucket of buckets) {
    const i = indexOf(timeline, bucket);
    if (i !== null) row[i] = value(bucket);
  }
  return row;
}

/** By nearest rank; null of nothing. */
export function percentile(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}

export function lagOfWindow(hits: readonly Hit[]): { lag_p50_ms: number | null; lag_p95_ms: number | null } {
  const lags = lagsOf(hits);
  return { lag_p50_ms: percentile(lags, 50), lag_p95_ms: percentile(lags, 95) };
}

/** How far apart reports lie as a rule, ms: the interval is a setting. */
function usualStep({ doc_count }: Bucket, signs: readonly { from: number; to: number }[]): number {
  const [first, last] = [signs[0]?.from ?? 0, signs.at(-1)?.to ?? 0];
  return doc_count > 1 ? (last - first) / (doc_count - 1) : 0;
}

/** Times in which a log server reported nothing, though it did before. */
export function outagesOf(reports: SearchAnswer, timeline: Timeline, settled: number): Outages {
  const window = { from: timeline.from, to: Math.min(timeline.to, settled) };
  return bucketsOf(reports.aggregations, 'servers').flatMap((server) => {
    const signs = bucketsOf(server, 'time').map((bucket) => ({
      from: numberOf(bucket, 'first') ?? Number(bucket.key),
      to: numberOf(bucket, 'last') ?? Number(bucket.key),
    }));
    return (
      quietSpans(signs, window, 3 * Math.max(REPORT_MS, usualStep(server, signs)))
        // Before its first sign in the window a server may not have existed: that is not known, and no outage.
        .filter(({ from }) => from > window.from)
        .map(({ from, to }) => ({ server: String(server.key), from, to: to >= window.to ? null : to }))
    );
  });
}
