import type { estypes } from '@elastic/elasticsearch';
import { type Dataset, FIELDS, streamOf } from '../../common/ecs';
import type { NamedSearch } from '../search/msearch';

export type Query = estypes.QueryDslQueryContainer;
export type Aggregation = estypes.AggregationsAggregationContainer;
export type Aggs = Record<string, Aggregation>;

/** One search over some data sets, by Elasticsearch's own types. */
export function searchOf(
  datasets: readonly Dataset[],
  namespace: string,
  body: estypes.MsearchMultisearchBody & { track_total_hits?: boolean },
): NamedSearch {
  const index = datasets.map((dataset) => streamOf(dataset, namespace)).join(',');
  return { index, body: body as unknown as NamedSearch['body'] };
}

/** Counts and buckets, no hits. */
export function countOf(
  datasets: readonly Dataset[],
  namespace: string,
  filter: readonly Query[],
  aggs: Aggs,
): NamedSearch {
  return searchOf(datasets, namespace, {
    size: 0,
    track_total_hits: false,
    query: { bool: { filter: [...filter] } },
    aggs,
  });
}

export function terms(field: string, size: number, aggs?: Aggs, missing?: string | number): Aggregation {
  return { terms: { field, size, ...(missing === undefined ? {} : { missing }) }, ...(aggs ? { aggs } : {}) };
}

export function between(from: number, to: number, field: string = FIELDS.timestamp): Query {
  return { range: { [field]: { gte: new Date(from).toISOString(), lt: new Date(to).toISOString() } } };
}

export function firstAndLast(field: string = FIELDS.timestamp): Aggs {
  return { first: { min: { field } }, last: { max: { field } } };
}

export function steps(interval: number, aggs: Aggs, field: string = FIELDS.timestamp): Aggregation {
  return { date_histogram: { field, fixed_interval: `${interval}ms`, min_doc_count: 1 }, aggs };
}

export function failed(field: string = FIELDS.status): Query {
  return { range: { [field]: { gte: 500, lt: 600 } } };
}

export function anyOf(should: Query[]): Query {
  return should.length === 1 ? should[0]! : { bool: { should, minimum_should_match: 1 } };
}

export function not(clause: Query): Query {
  return { bool: { must_not: [clause] } };
}

export function exists(field: string): Query {
  return { exists: { field } };
}
