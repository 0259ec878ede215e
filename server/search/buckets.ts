import type { Aggregations } from './msearch';

/** One bucket of any bucketing aggregation. */
export interface Bucket extends Record<string, unknown> {
  key: string | number;
  doc_count: number;
}

/** Buckets of a `terms`, `date_histogram`, `histogram` or `composite` aggregation; none when it is absent. */
export function bucketsOf(aggregations: Aggregations | Bucket | undefined, name: string): Bucket[] {
  const found = aggregations?.[name] as { buckets?: Bucket[] } | undefined;
  return Array.isArray(found?.buckets) ? found.buckets : [];
}

/** Documents of a `terms` aggregation that are in none of its buckets. */
export function remainderOf(aggregations: Aggregations | Bucket | undefined, name: string): number {
  const found = aggregations?.[name] as { sum_other_doc_count?: number } | undefined;
  return found?.sum_other_doc_count ?? 0;
}

/** Buckets of a keyed `filters` aggregation. */
export function keyedBucketsOf(aggregations: Aggregations | Bucket | undefined, name: string): Record<string, Bucket> {
  const found = aggregations?.[name] as { buckets?: Record<string, Bucket> } | undefined;
  return found?.buckets && !Array.isArray(found.buckets) ? found.buckets : {};
}

/** A single-bucket aggregation: `filter`, `nested`, `reverse_nested`. */
export function bucketOf(aggregations: Aggregations | Bucket | undefined, name: string): Bucket {
  return (aggregations?.[name] as Bucket | undefined) ?? { key: name, doc_count: 0 };
}

/** The value of a metric; null when no document had the field. */
export function numberOf(aggregations: Aggregations | Bucket | undefined, name: string): number | null {
  const found = aggregations?.[name] as { value?: number | null } | undefined;
  return typeof found?.value === 'number' && Number.isFinite(found.value) ? found.value : null;
}

/** The value of one percentile. */
export function percentileOf(
  aggregations: Aggregations | Bucket | undefined,
  name: string,
  percent: number,
): number | null {
  const found = aggregations?.[name] as { values?: Record<string, number | null> } | undefined;
  const value = found?.values?.[percent.toFixed(1)];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
