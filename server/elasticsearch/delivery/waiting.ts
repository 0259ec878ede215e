import type { estypes } from '@elastic/elasticsearch';
import { DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import type { Waiting } from '../../delivery/evidence';
import { type IndexerReport, type QueueReport, waitingOf } from '../../delivery/waiting';
import type { Hit } from '../../search/msearch';
import { askEach, type Query, type Search } from './typed_search';

/** What was told longer ago than this is not held against a line that is absent now. */
const LOOK_BACK_MS = 24 * 3_600_000;
const MAX_HOSTS = 1000;
const MAX_QUEUES = 50;

const SIZE = 'rota.rsyslog.size';
const ENQUEUED = 'rota.rsyslog.enqueued';
const QUEUE = 'rota.rsyslog.name';

type Metric = estypes.AggregationsSingleMetricAggregateBase;

interface Newest {
  hits: { hits: Hit[] };
}

interface Told {
  queues: { buckets: { key: string; names: { buckets: { key: string; newest: Newest; empty: { at: Metric } }[] } }[] };
}

/** A queue's newest report, with how many lines had ever come into it. */
interface QueueTold extends QueueReport {
  enqueued: number | null;
}

const newest = (fields: string[]): estypes.AggregationsAggregationContainer => ({
  top_hits: { size: 1, sort: [{ [FIELDS.timestamp]: 'desc' }], _source: fields },
});

function within(since: number, now: number): Query {
  return { range: { [FIELDS.timestamp]: { gte: since, lte: now, format: 'epoch_millis' } } };
}

function queuesSearch(since: number, now: number, namespace: string): Search<QueueTold[], Told> {
  return {
    index: streamOf(DATASETS.pipeline, namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [within(since, now), { exists: { field: SIZE } }] } },
      aggs: {
        queues: {
          terms: { field: FIELDS.host, size: MAX_HOSTS },
          aggs: {
            names: {
              terms: { field: QUEUE, size: MAX_QUEUES },
              aggs: {
                newest: newest([FIELDS.timestamp, SIZE, ENQUEUED]),
                empty: { filter: { term: { [SIZE]: 0 } }, aggs: { at: { max: { field: FIELDS.timestamp } } } },
              },
            },
          },
        },
      },
    },
    read: ({ aggregations }) =>
      (aggregations.queues?.buckets ?? []).flatMap((host) =>
        host.names.buckets.map((queue) => {
          const doc = sourceOf(queue.newest);
          return {
            host: host.key,
            queue: queue.key,
            at: Date.parse(doc['@timestamp'] ?? ''),
            size: doc.rota?.rsyslog?.size ?? 0,
            enqueued: doc.rota?.rsyslog?.enqueued ?? null,
            clearAt: queue.empty.at.value ?? null,
          };
        }),
      ),
  };
}

interface Report {
  '@timestamp'?: string;
  rota?: {
    rsyslog?: { size?: number; enqueued?: number };
    indexer?: { oldest_ms?: number; state?: string };
  };
}

function sourceOf({ hits: { hits } }: Newest): Report {
  return (hits[0]?._source ?? {}) as Report;
}

/** When what a queue holds now had not come in yet: its count of all lines was then lower by as many. */
function clearSearch(queue: QueueTold, since: number, namespace: string): Search<number | null, { at: Metric }> {
  return {
    index: streamOf(DATASETS.pipeline, namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: {
        bool: {
          filter: [
            within(since, queue.at),
            { term: { [FIELDS.host]: queue.host } },
            { term: { [QUEUE]: queue.queue } },
            { range: { [ENQUEUED]: { lte: (queue.enqueued ?? 0) - queue.size } } },
          ],
        },
      },
      aggs: { at: { max: { field: FIELDS.timestamp } } },
    },
    read: ({ aggregations }) => aggregations.at?.value ?? null,
  };
}

function indexersSearch(
  since: number,
  now: number,
  namespace: string,
): Search<
  IndexerReport[],
  { hosts: { buckets: { key: string; doc_count: number; first: Metric; newest: Newest }[] } }
> {
  return {
    index: streamOf(DATASETS.pipeline, namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [within(since, now), { exists: { field: 'rota.indexer.indexed' } }] } },
      aggs: {
        hosts: {
          terms: { field: FIELDS.host, size: MAX_HOSTS },
          aggs: {
            first: { min: { field: FIELDS.timestamp } },
            newest: newest([FIELDS.timestamp, 'rota.indexer.oldest_ms', 'rota.indexer.state']),
          },
        },
      },
    },
    read: ({ aggregations }) =>
      (aggregations.hosts?.buckets ?? []).map((host) => {
        const doc = sourceOf(host.newest);
        const at = Date.parse(doc['@timestamp'] ?? '');
        return {
          host: host.key,
          at,
          stepMs: host.doc_count > 1 ? (at - (host.first.value ?? at)) / (host.doc_count - 1) : 0,
          oldestMs: doc.rota?.indexer?.oldest_ms ?? 0,
          state: doc.rota?.indexer?.state ?? null,
        };
      }),
  };
}

/** Where lines may wait now, by what rsyslogs and indexers told within the last day. */
export async function waitingIn(context: Context): Promise<Waiting> {
  const { settings, now } = context;
  const since = now - LOOK_BACK_MS;
  const [queues, indexers] = await Promise.all([
    askEach(context, 'queues now', [queuesSearch(since, now, settings.namespace)]),
    askEach(context, 'indexers now', [indexersSearch(since, now, settings.namespace)]),
  ]);
  const holding = queues[0]!.filter(({ size, enqueued }) => size > 0 && enqueued !== null);
  const clear = await askEach(
    context,
    'queues before',
    holding.map((queue) => clearSearch(queue, since, settings.namespace)),
  );
  const told = queues[0]!.map((queue) => {
    const passed = clear[holding.indexOf(queue)] ?? null;
    return { ...queue, clearAt: passed === null ? queue.clearAt : Math.max(passed, queue.clearAt ?? 0) };
  });
  return waitingOf(told, indexers[0]!, since, now);
}
