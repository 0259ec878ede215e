import type { estypes } from '@elastic/elasticsearch';
import type { DeliveryData, DeliveryRequest } from '../../../common/api';
import { DATASETS, type EcsDocument, FIELDS, streamOf } from '../../../common/ecs';
import type { Hit } from '../../search/msearch';
import type { Query, Search } from './typed_search';

export type Group = NonNullable<DeliveryData['overview']>['dead_letters'][number];
type Originals = NonNullable<DeliveryData['dead_letter']>;

const MAX_REASONS = 500;
const MAX_GROUPS = 50;
const EXAMPLE_CHARS = 160;

export interface DeadLetters {
  total: number;
  groups: Group[];
  /** Dead letters of further reasons. */
  others: number;
}

interface Terms {
  buckets: { key: string }[];
}

interface Reason {
  key: string;
  doc_count: number;
  last: estypes.AggregationsSingleMetricAggregateBase;
  hosts: Terms;
  inputs: Terms;
  datasets: Terms;
  newest: { hits: { hits: Hit[] } };
}

function window(from: string, to: string): Query {
  return { range: { [FIELDS.timestamp]: { gte: from, lt: to } } };
}

/** Dead letters by their reasons; no filter but the time: what could not be read has no fields to filter by. */
export function deadLettersSearch(
  { from, to }: DeliveryRequest,
  namespace: string,
): Search<DeadLetters, { reasons: { buckets: Reason[] } }> {
  return {
    index: streamOf(DATASETS.deadLetter, namespace),
    body: {
      size: 0,
      track_total_hits: true,
      query: window(from, to),
      aggs: {
        reasons: {
          terms: { field: 'rota.reason', size: MAX_REASONS },
          aggs: {
            last: { max: { field: FIELDS.timestamp } },
            hosts: { terms: { field: FIELDS.host, size: 10 } },
            inputs: { terms: { field: 'rota.input', size: 10 } },
            datasets: { terms: { field: 'rota.claimed_dataset', size: 10 } },
            newest: { top_hits: { size: 1, sort: [{ [FIELDS.timestamp]: 'desc' }], _source: ['rota.raw'] } },
          },
        },
      },
    },
    read: ({ total, aggregations }) => {
      const groups = groupsOf(aggregations.reasons?.buckets ?? []).slice(0, MAX_GROUPS);
      return { total, groups, others: total - groups.reduce((sum, { count }) => sum + count, 0) };
    },
  };
}

/** Reasons differ in their details; what stands before the first colon is one group. */
function groupsOf(reasons: readonly Reason[]): Group[] {
  const groups = new Map<string, Group>();
  for (const found of reasons) {
    const group = groupOf(found);
    const known = groups.get(group.reason);
    groups.set(group.reason, known ? join(known, group) : group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

function groupOf(found: Reason): Group {
  const [, reason = found.key, detail = null] = /^(.*?): (.*)$/s.exec(found.key) ?? [];
  const raw = (found.newest.hits.hits[0]?._source as EcsDocument | undefined)?.rota?.raw ?? '';
  const names = ({ buckets }: Terms) => buckets.map(({ key }) => key);
  return {
    reason,
    count: found.doc_count,
    datasets: names(found.datasets),
    from: names(found.hosts),
    inputs: names(found.inputs),
    last: found.last.value ?? 0,
    example: Buffer.from(raw, 'base64').toString('utf8').slice(0, EXAMPLE_CHARS),
    detail,
  };
}

function join(a: Group, b: Group): Group {
  const [newer, older] = a.last >= b.last ? [a, b] : [b, a];
  const both = (key: 'datasets' | 'from' | 'inputs') => [...new Set([...newer[key], ...older[key]])];
  return { ...newer, count: a.count + b.count, datasets: both('datasets'), from: both('from'), inputs: both('inputs') };
}

/** The originals of one group, newest first. */
export function originalsSearch(
  { from, to }: DeliveryRequest,
  asked: NonNullable<DeliveryRequest['dead_letter']>,
  namespace: string,
): Search<Originals> {
  const reason: Query = {
    bool: {
      should: [{ term: { 'rota.reason': asked.reason } }, { prefix: { 'rota.reason': `${asked.reason}: ` } }],
      minimum_should_match: 1,
    },
  };
  const dataset: Query[] = asked.dataset ? [{ term: { 'rota.claimed_dataset': asked.dataset } }] : [];
  return {
    index: streamOf(DATASETS.deadLetter, namespace),
    body: {
      from: asked.offset,
      size: asked.size,
      track_total_hits: true,
      query: { bool: { filter: [window(from, to), reason, ...dataset] } },
      sort: [{ [FIELDS.timestamp]: 'desc' }],
      _source: [FIELDS.timestamp, FIELDS.host, 'rota.raw', 'rota.input'],
    },
    read: ({ total, hits }) => ({ total, items: hits.map(originalOf) }),
  };
}

function originalOf({ _id, _source }: Hit): Originals['items'][number] {
  const doc = _source as EcsDocument;
  const raw = doc.rota?.raw ?? '';
  return {
    id: _id,
    t: Date.parse(doc['@timestamp'] ?? ''),
    host: doc.host?.name ?? null,
    input: doc.rota?.input ?? null,
    raw_base64: raw,
    bytes: Buffer.from(raw, 'base64').length,
  };
}
