import type { estypes } from '@elastic/elasticsearch';
import { DATASETS, type Dataset, FIELDS, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import type { Kept } from '../../delivery/evidence';
import { type BackingIndex, keptOf } from '../../delivery/kept';
import { RUN_DATASETS } from './streams';
import { askEach, type Search } from './typed_search';

const MAX_INDICES = 1000;
const KEPT_DATASETS: readonly Dataset[] = [...RUN_DATASETS, DATASETS.deadLetter];

interface Found {
  indices: {
    buckets: {
      key: string;
      ingested: estypes.AggregationsSingleMetricAggregateBase;
      timestamp: estypes.AggregationsSingleMetricAggregateBase;
    }[];
  };
}

type Oldest = Pick<BackingIndex, 'name' | 'oldest'>;

/** The oldest line of each backing index. */
function oldestSearch(dataset: Dataset, namespace: string): Search<Oldest[], Found> {
  return {
    index: streamOf(dataset, namespace),
    body: {
      size: 0,
      track_total_hits: false,
      query: { match_all: {} },
      aggs: {
        indices: {
          terms: { field: '_index', size: MAX_INDICES },
          aggs: { ingested: { min: { field: FIELDS.ingested } }, timestamp: { min: { field: FIELDS.timestamp } } },
        },
      },
    },
    read: ({ aggregations }) =>
      (aggregations.indices?.buckets ?? []).map(({ key, ingested, timestamp }) => ({
        name: key,
        oldest: ingested.value ?? timestamp.value ?? null,
      })),
  };
}

/** What each data set of the SDK, and the dead letters, really keep. */
export async function keptIn(context: Context): Promise<Kept[]> {
  const { namespace } = context.settings;
  const [oldest, { created, retention }] = await Promise.all([
    askEach(
      context,
      'kept',
      KEPT_DATASETS.map((dataset) => oldestSearch(dataset, namespace)),
    ),
    setUp(context),
  ]);
  return KEPT_DATASETS.map((dataset, i) => {
    const stream = streamOf(dataset, namespace);
    const lines = new Map(oldest[i]!.map((index) => [index.name, index.oldest]));
    // An index that holds nothing yet is no sign that one was deleted.
    const names = new Set([...lines.keys(), ...[...created.keys()].filter((name) => name.includes(`${stream}-`))]);
    const indices = [...names].map((name) => ({
      name,
      created: created.get(name) ?? null,
      oldest: lines.get(name) ?? null,
    }));
    return keptOf(dataset, indices, retention.get(stream) ?? null, context.now);
  });
}

/** Rollovers and settings that are so young are not yet known. */
const REMEMBERED_MS = 60_000;

interface SetUp {
  /** When each backing index was created, ms since 1970; none where the user may not see it. */
  created: Map<string, number>;
  retention: Map<string, number>;
}

/** How the data streams are set up; it seldom changes, and three requests are needed to know it. */
async function setUp(context: Context): Promise<SetUp> {
  const { cache, principal, settings } = context;
  const key = principal === null ? null : JSON.stringify(['data streams', principal, settings.namespace]);
  const known = key === null ? undefined : cache.get<SetUp>(key);
  if (known) return known;
  const [created, retention] = await Promise.all([createdIn(context), retentionOf(context)]);
  if (key !== null) cache.set(key, { created, retention }, REMEMBERED_MS);
  return { created, retention };
}

async function createdIn(context: Context): Promise<Map<string, number>> {
  const streams = KEPT_DATASETS.map((dataset) => streamOf(dataset, context.settings.namespace)).join(',');
  const found = await optional<Record<string, { settings?: { index?: { creation_date?: string } } }>>(
    context,
    `/${streams}/_settings/index.creation_date?expand_wildcards=all&ignore_unavailable=true`,
  );
  return new Map(
    Object.entries(found ?? {}).map(([name, { settings }]) => [name, Number(settings?.index?.creation_date)]),
  );
}

interface DataStreams {
  data_streams: { name: string; ilm_policy?: string; lifecycle?: { enabled?: boolean; data_retention?: string } }[];
}
type Policies = Record<string, { policy?: { phases?: { delete?: { min_age?: string } } } }>;

/** How long each data stream keeps its lines, ms, as its lifecycle or its ILM policy is set. */
async function retentionOf(context: Context): Promise<Map<string, number>> {
  const streams = KEPT_DATASETS.map((dataset) => streamOf(dataset, context.settings.namespace)).join(',');
  const found = await optional<DataStreams>(context, `/_data_stream/${streams}?expand_wildcards=all`);
  const all = found?.data_streams ?? [];
  const policies = [...new Set(all.flatMap(({ ilm_policy }) => ilm_policy ?? []))];
  const told = policies.length === 0 ? {} : await optional<Policies>(context, `/_ilm/policy/${policies.join(',')}`);
  return new Map(
    all.flatMap(({ name, ilm_policy, lifecycle }): [string, number][] => {
      const policy = ilm_policy === undefined ? undefined : told?.[ilm_policy]?.policy?.phases?.delete?.min_age;
      const ms = durationOf(policy ?? (lifecycle?.enabled === false ? undefined : lifecycle?.data_retention));
      return ms === null ? [] : [[name, ms]];
    }),
  );
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Elasticsearch's time units; null for what is none. */
export function durationOf(text: string | undefined): number | null {
  const [, number, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text ?? '') ?? [];
  return unit === undefined ? null : Number(number) * UNITS[unit]!;
}

/** What a node may lack, and a user may not see: it tells more where it is there. */
async function optional<T>(context: Context, path: string): Promise<T | null> {
  try {
    return (await context.elasticsearch.transport.request(
      { method: 'GET', path },
      { signal: context.signal, maxRetries: 0, meta: false },
    )) as T;
  } catch (error) {
    if (context.signal.aborted) throw error;
    return null;
  }
}
