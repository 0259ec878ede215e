import type { estypes } from '@elastic/elasticsearch';
import { FIELDS } from '../../../common/ecs';
import type { Context } from '../../context';
import type { RunLife } from '../../delivery/evidence';
import { runStreams } from './streams';
import { type Aggs, askEach, chunks, type Search } from './typed_search';

/** Runs of one search. */
const AT_ONCE = 2000;

const PID = 'process.pid';

type Metric = estypes.AggregationsSingleMetricAggregateBase;
type Stats = estypes.AggregationsStatsAggregate;

interface Life {
  key: string;
  doc_count: number;
  numbers: Stats;
  timestamp: Stats;
  created: Metric;
  ingested: Stats;
  closing: { doc_count: number; at: Metric };
  hosts: { buckets: { key: string }[] };
  pids: Stats;
}

interface Lives {
  runs: { buckets: Life[] };
}

const LIFE: Aggs = {
  numbers: { stats: { field: FIELDS.sequence } },
  timestamp: { stats: { field: FIELDS.timestamp } },
  created: { max: { field: FIELDS.created } },
  ingested: { stats: { field: FIELDS.ingested } },
  closing: { filter: { term: { 'event.action': 'close' } }, aggs: { at: { max: { field: FIELDS.sequence } } } },
  // Two are enough to know that there are several writers.
  hosts: { terms: { field: FIELDS.host, size: 2 } },
  pids: { stats: { field: PID } },
};

/** Some runs' whole lives. No time bounds them: a clock that jumps does not make a line absent. */
function livesSearch(ids: readonly string[], namespace: string): Search<RunLife[], Lives> {
  return {
    index: runStreams(namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [{ terms: { [FIELDS.run]: [...ids] } }] } },
      aggs: { runs: { terms: { field: FIELDS.run, size: ids.length }, aggs: LIFE } },
    },
    read: ({ aggregations }) => (aggregations.runs?.buckets ?? []).flatMap(lifeOf),
  };
}

export async function livesOf(ids: readonly string[], context: Context): Promise<RunLife[]> {
  const searches = chunks(ids, AT_ONCE).map((some) => livesSearch(some, context.settings.namespace));
  return (await askEach(context, 'lives', searches)).flat();
}

function lifeOf(run: Life): RunLife[] {
  const { numbers, timestamp, ingested } = run;
  if (numbers.min === null || numbers.max === null) return [];
  const started = timestamp.min ?? 0;
  const lastSeen = timestamp.max ?? started;
  return [
    {
      id: run.key,
      lines: numbers.count,
      lowest: numbers.min,
      highest: numbers.max,
      closedAt: run.closing.at.value ?? null,
      unnumbered: run.doc_count - numbers.count,
      started,
      lastSeen,
      received: run.created.value ?? lastSeen,
      indexedFrom: ingested.min ?? started,
      indexedTo: ingested.max ?? lastSeen,
      shared: run.hosts.buckets.length > 1 || (run.pids.min !== null && run.pids.min !== run.pids.max),
    },
  ];
}
