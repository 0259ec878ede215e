import type { DeliveryData, DeliveryRequest } from '../../../common/api';
import { DATASETS, type EcsDocument, FIELDS, streamOf } from '../../../common/ecs';
import type { Dsl } from '../../host';
import { type Bucket, bucketsOf, numberOf } from '../../search/buckets';
import type { Hit, NamedSearch, SearchAnswer } from '../../search/msearch';
import { timeFilter } from '../../search/scope';

type Group = NonNullable<DeliveryData['overview']>['dead_letters'][number];

const MAX_REASONS = 200;
const MAX_GROUPS = 50;
const EXAMPLE_CHARS = 160;

/** Dead letters by their reasons; no filter but the time: what could not be read has no fields to filter by. */
export function deadLetterSearch(from: string, to: string, namespace: string): NamedSearch {
  return {
    index: streamOf(DATASETS.deadLetter, namespace),
    body: {
      size: 0,
      track_total_hits: true,
      query: timeFilter(from, to),
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
  };
}

/** Reasons differ in their details; what stands before the first colon is one group. */
export function deadLetterGroups(answer: SearchAnswer): Group[] {
  const groups = new Map<string, Group>();
  for (const bucket of bucketsOf(answer.aggregations, 'reasons')) {
    const { reason, detail } = splitReason(String(bucket.key));
    const group = groupOf(bucket, reason, detail);
    const known = groups.get(reason);
    groups.set(reason, known ? join(known, group) : group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count).slice(0, MAX_GROUPS);
}

function splitReason(text: string): { reason: string; detail: string | null } {
  const colon = text.indexOf(': ');
  return colon === -1
    ? { reason: text, detail: null }
    : { reason: text.slice(0, colon), detail: text.slice(colon + 2) };
}

function groupOf(bucket: Bucket, reason: string, detail: string | null): Group {
  const newest = (bucket['newest'] as { hits?: { hits: Hit[] } } | undefined)?.hits?.hits[0];
  const raw = (newest?._source as EcsDocument | undefined)?.rota?.raw ?? '';
  const names = (name: string) => bucketsOf(bucket, name).map(({ key }) => String(key));
  return {
    reason,
    count: bucket.doc_count,
    datasets: names('datasets'),
    from: names('hosts'),
    inputs: names('inputs'),
    last: numberOf(bucket, 'last') ?? 0,
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
export function originalsSearch(query: DeliveryRequest, namespace: string): NamedSearch | null {
  const asked = query.dead_letter;
  if (!asked || !query.parts.includes('dead_letter')) return null;
  const reason: Dsl = {
    bool: {
      should: [{ term: { 'rota.reason': asked.reason } }, { prefix: { 'rota.reason': `${asked.reason}: ` } }],
      minimum_should_match: 1,
    },
  };
  const dataset: Dsl[] = asked.dataset ? [{ term: { 'rota.claimed_dataset': asked.dataset } }] : [];
  return {
    index: streamOf(DATASETS.deadLetter, namespace),
    body: {
      from: asked.offset,
      size: asked.size,
      track_total_hits: true,
      query: { bool: { filter: [timeFilter(query.from, query.to), reason, ...dataset] } },
      sort: [{ [FIELDS.timestamp]: 'desc' }],
      _source: [FIELDS.timestamp, FIELDS.host, 'rota.raw', 'rota.input'],
    },
  };
}

export function originalsOf(answer: SearchAnswer): NonNullable<DeliveryData['dead_letter']> {
  return {
    total: answer.total,
    items: answer.hits.map((hit) => {
      const doc = hit._source as EcsDocument;
      const raw = doc.rota?.raw ?? '';
      return {
        id: hit._id,
        t: Date.parse(doc['@timestamp'] ?? ''),
        host: doc.host?.name ?? null,
        input: doc.rota?.input ?? null,
        raw_base64: raw,
        bytes: Buffer.from(raw, 'base64').length,
      };
    }),
  };
}
