import type { estypes } from '@elastic/elasticsearch';
import type { DeliveryData } from '../../../common/api';
import { DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import { indexOf, type Timeline } from '../../search/timeline';
import type { Aggs, Query, Search } from './typed_search';

type Overview = NonNullable<DeliveryData['overview']>;
type Series = Overview['series'];
export type Outages = Overview['outages'];

/** The indexer reports every 10 s. */
const REPORT_MS = 10_000;
/** A report that comes later than this many of its usual steps is missing. */
const LATE = 1.25;
/** Queues in which lines wait; an rsyslog has a dozen more. */
const QUEUES = ['index', 'forward', 'main Q'];
/** Hosts whose queues, or indexers, are drawn: the fullest. */
const DRAWN = 10;
/** Log servers whose reports are followed. */
const SERVERS = 100;

type Metric = estypes.AggregationsSingleMetricAggregateBase;
type Step<A = object> = { key: number; doc_count: number } & A;
interface Steps<A = object> {
  buckets: Step<A>[];
}

/** Reports in the window by `aggs`. Queues and indexers carry everybody's lines together: no filter but the time. */
function reportsBody(timeline: Timeline, field: string, aggs: Aggs): Search<unknown>['body'] {
  const time: Query = {
    range: { [FIELDS.timestamp]: { gte: timeline.from, lt: timeline.to, format: 'epoch_millis' } },
  };
  return {
    size: 0,
    track_total_hits: false,
    query: { bool: { filter: [time, { exists: { field } }] } },
    aggs,
  };
}

function steps(timeline: Timeline, aggs: Aggs): estypes.AggregationsAggregationContainer {
  return {
    date_histogram: { field: FIELDS.timestamp, fixed_interval: `${timeline.interval}ms`, min_doc_count: 1 },
    aggs,
  };
}

interface Queue {
  key: string;
  doc_count: number;
  time: Steps<{ depth: Metric }>;
}

/** How many messages wait in rsyslogs' queues. */
export function queuesSearch(
  timeline: Timeline,
  namespace: string,
): Search<Series['queues'], { servers: { buckets: { key: string; names: { buckets: Queue[] } }[] } }> {
  const depth: Aggs[string] = { max: { field: 'rota.rsyslog.size' } };
  return {
    index: streamOf(DATASETS.pipeline, namespace),
    body: reportsBody(timeline, 'rota.rsyslog.size', {
      servers: {
        terms: { field: FIELDS.host, size: DRAWN, order: [{ most: 'desc' }, { _key: 'asc' }] },
        aggs: {
          most: depth,
          names: {
            terms: { field: 'rota.rsyslog.name', size: QUEUES.length, include: QUEUES },
            aggs: { time: steps(timeline, { depth }) },
          },
        },
      },
    }),
    read: ({ aggregations }) =>
      (aggregations.servers?.buckets ?? []).flatMap((server) =>
        server.names.buckets.map((queue) => {
          const time = queue.time.buckets;
          const usual = usualStep(queue.doc_count, time[0]?.key, time.at(-1)?.key);
          // Reports further apart than the steps (rsyslog's come once a minute): what was told last holds until the next.
          const most = Math.floor((LATE * usual) / timeline.interval);
          const row = rowOf(timeline, time, (step) => step.depth.value ?? 0);
          return { server: server.key, queue: queue.key, depth: held(row, most) };
        }),
      ),
  };
}

interface Indexed {
  conflicts: Metric;
  time: Steps<{ indexed: Metric; retries: Metric }>;
  waiting: { buckets: { key: string; time: Steps<{ oldest: Metric }> }[] };
}

/** What indexers told: documents, retries, refused repeats, and how long their oldest line waited. */
export function indexersSearch(
  timeline: Timeline,
  namespace: string,
): Search<Pick<Series, 'indexed_per_s' | 'retries' | 'waiting'> & { conflicts: number }, Indexed> {
  const seconds = timeline.interval / 1000;
  // A gauge: of several indexers on a host, and of several reports in a step, the longest wait.
  const oldest: Aggs[string] = { max: { field: 'rota.indexer.oldest_ms' } };
  return {
    index: streamOf(DATASETS.pipeline, namespace),
    body: reportsBody(timeline, 'rota.indexer.indexed', {
      conflicts: { sum: { field: 'rota.indexer.conflicts' } },
      time: steps(timeline, {
        indexed: { sum: { field: 'rota.indexer.indexed' } },
        retries: { sum: { field: 'rota.indexer.retries' } },
      }),
      waiting: {
        terms: { field: FIELDS.host, size: DRAWN, order: [{ most: 'desc' }, { _key: 'asc' }] },
        aggs: { most: oldest, time: steps(timeline, { oldest }) },
      },
    }),
    read: ({ aggregations: { conflicts, time, waiting } }) => ({
      conflicts: conflicts?.value ?? 0,
      indexed_per_s: rowOf(timeline, time?.buckets ?? [], (step) => (step.indexed.value ?? 0) / seconds),
      retries: rowOf(timeline, time?.buckets ?? [], (step) => step.retries.value ?? 0),
      waiting: (waiting?.buckets ?? []).map((server) => ({
        server: server.key,
        oldest_ms: rowOf(timeline, server.time.buckets, (step) => step.oldest.value),
      })),
    }),
  };
}

interface Reports {
  servers: {
    sum_other_doc_count: number;
    buckets: { key: string; doc_count: number; time: Steps<{ first: Metric; last: Metric }> }[];
  };
}

/**
 * Times in which a log server (a host where an indexer runs) reported nothing, though it did before.
 * @param settled reports of later than this may still be on their way
 */
export function outagesSearch(
  timeline: Timeline,
  settled: number,
  namespace: string,
): Search<{ outages: Outages; more: boolean }, Reports> {
  const window = { from: timeline.from, to: Math.min(timeline.to, settled) };
  return {
    index: streamOf(DATASETS.pipeline, namespace),
    body: reportsBody(timeline, 'rota.indexer.indexed', {
      servers: {
        terms: { field: FIELDS.host, size: SERVERS },
        aggs: {
          time: steps(timeline, {
            first: { min: { field: FIELDS.timestamp } },
            last: { max: { field: FIELDS.timestamp } },
          }),
        },
      },
    }),
    read: ({ aggregations: { servers } }) => ({
      more: (servers?.sum_other_doc_count ?? 0) > 0,
      outages: (servers?.buckets ?? []).flatMap(({ key, doc_count, time }) => {
        const signs = time.buckets.map((step) => ({
          from: step.first.value ?? step.key,
          to: step.last.value ?? step.key,
        }));
        const usual = usualStep(doc_count, signs[0]?.from, signs.at(-1)?.to);
        const quiet = 3 * Math.max(REPORT_MS, usual);
        // Before its first sign in the window a server may not have existed: that is not known, and no outage.
        return signs.flatMap(({ to: from }, i) => {
          const to = signs[i + 1]?.from ?? window.to;
          return to - from < quiet ? [] : [{ server: key, from, to: to >= window.to ? null : to }];
        });
      }),
    }),
  };
}

/** Fills at most `most` empty steps between two values with the earlier one; a longer silence stays a gap. */
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

/** A row that leaves steps without a report empty: a gap is no zero. */
function rowOf<S extends Step>(
  timeline: Timeline,
  buckets: readonly S[],
  value: (step: S) => number | null,
): (number | null)[] {
  const row: (number | null)[] = timeline.times.map(() => null);
  for (const bucket of buckets) {
    const i = indexOf(timeline, bucket);
    if (i !== null) row[i] = value(bucket);
  }
  return row;
}

/** How far apart reports lie as a rule, ms: the interval is a setting. */
function usualStep(reports: number, first = 0, last = 0): number {
  return reports > 1 ? (last - first) / (reports - 1) : 0;
}
