import type { DeliveryData } from '../../../common/api';
import { ACCESS_DATASETS, DATASETS, type Dataset, type EcsDocument, FIELDS, IMPORTER } from '../../../common/ecs';
import type { Hit } from '../../search/msearch';
import { indexOf, type Timeline } from '../../search/timeline';
import type { LinesOf } from '../lines_of';
import { streamsOf } from './streams';
import type { Query, Search } from './typed_search';

type Overview = NonNullable<DeliveryData['overview']>;
export type Lag = Pick<Overview, 'lag_p50_ms' | 'lag_p95_ms'> & {
  series: Pick<Overview['series'], 'lag_p50_ms' | 'lag_p95_ms'>;
};

/** Whose lag is told: the lines of requests and of applications. */
export const LAG_DATASETS: Readonly<Record<LinesOf, readonly Dataset[]>> = {
  lb: ACCESS_DATASETS.lb,
  frontend: ACCESS_DATASETS.frontend,
  webapp: [...ACCESS_DATASETS.webapp, DATASETS.app],
};
const SAMPLE = 4000;

/** A sample of the window's lines, the same one each time, and how long each took to be sent to Elasticsearch. */
export function lagSearch(timeline: Timeline, filter: readonly Query[], namespace: string): Search<Lag> {
  const query: Query = {
    bool: {
      filter: [{ exists: { field: FIELDS.ingested } }, ...filter],
      must_not: [{ term: { [FIELDS.agentType]: IMPORTER } }],
    },
  };
  return {
    index: streamsOf(Object.values(LAG_DATASETS).flat(), namespace),
    body: {
      size: SAMPLE,
      track_total_hits: false,
      query: {
        function_score: { query, functions: [{ random_score: { seed: 1, field: '_seq_no' } }], boost_mode: 'replace' },
      },
      _source: [FIELDS.timestamp, FIELDS.ingested],
    },
    read: ({ hits }) => {
      const rows = timeline.times.map((): number[] => []);
      for (const hit of hits) {
        const t = Date.parse((hit._source as EcsDocument)['@timestamp'] ?? '');
        const key = Math.floor(t / timeline.interval) * timeline.interval;
        const i = indexOf(timeline, { key, doc_count: 1 });
        if (i !== null) rows[i]!.push(...lagsOf([hit]));
      }
      const all = lagsOf(hits);
      return {
        lag_p50_ms: percentile(all, 50),
        lag_p95_ms: percentile(all, 95),
        series: {
          lag_p50_ms: rows.map((lags) => percentile(lags, 50)),
          lag_p95_ms: rows.map((lags) => percentile(lags, 95)),
        },
      };
    },
  };
}

/** From a line's own time until the indexer sent it, ms. Until it is searchable, Elasticsearch's refresh comes on top. */
export function lagsOf(hits: readonly Hit[]): number[] {
  return hits.flatMap(({ _source }) => {
    const doc = _source as EcsDocument;
    if (!doc['@timestamp'] || !doc.event?.ingested) return [];
    return [Date.parse(doc.event.ingested) - Date.parse(doc['@timestamp'])];
  });
}

/** By nearest rank; null of nothing. */
export function percentile(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}
