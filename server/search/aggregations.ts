import type { Classes } from '../../common/api';
import { FIELDS } from '../../common/ecs';
import type { Dsl } from '../host';
import { type Bucket, keyedBucketsOf, numberOf } from './buckets';
import type { Aggregations } from './msearch';

export const NANOS_PER_MS = 1e6;

const CLASSES = [
  ['s2xx', 200],
  ['s3xx', 300],
  ['s4xx', 400],
  ['s5xx', 500],
] as const;

/** Documents by status class; read by `classesOf`. */
export function classesAgg(field: string = FIELDS.status): Dsl {
  return { range: { field, keyed: true, ranges: CLASSES.map(([key, from]) => ({ key, from, to: from + 100 })) } };
}

/** Reads `classesAgg`; what is in no class is `other`. */
export function classesOf(bucket: Bucket | Aggregations, name: string, total: number): Classes {
  const found = keyedBucketsOf(bucket as Bucket, name);
  const count = (key: string) => found[key]?.doc_count ?? 0;
  const known = CLASSES.reduce((sum, [key]) => sum + count(key), 0);
  return {
    s2xx: count('s2xx'),
    s3xx: count('s3xx'),
    s4xx: count('s4xx'),
    s5xx: count('s5xx'),
    other: Math.max(0, total - known),
  };
}

export function failedFilter(field: string = FIELDS.status): Dsl {
  return { range: { [field]: { gte: 500, lt: 600 } } };
}

export function timeAgg(interval: number, aggs?: Dsl): Dsl {
  return {
    date_histogram: { field: FIELDS.timestamp, fixed_interval: `${interval}ms`, min_doc_count: 1 },
    ...(aggs ? { aggs } : {}),
  };
}

/** Sum and count of durations, so that means of several groups can be joined exactly. */
export function durationAggs(field: string): Record<string, Dsl> {
  return { duration_sum: { sum: { field } }, duration_count: { value_count: { field } } };
}

export interface DurationSum {
  ms: number;
  count: number;
}

export function durationOf(bucket: Bucket): DurationSum {
  return {
    ms: (numberOf(bucket, 'duration_sum') ?? 0) / NANOS_PER_MS,
    count: numberOf(bucket, 'duration_count') ?? 0,
  };
}
