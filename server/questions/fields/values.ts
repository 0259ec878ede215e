import type { FieldsData, FieldsRequest } from '../../../common/api';
import type { Context } from '../../context';
import type { Dsl } from '../../host';
import { type Bucket, bucketOf, bucketsOf } from '../../search/buckets';
import type { SearchAnswer } from '../../search/msearch';
import { nestedPathOf } from '../../search/nested';
import type { Matching } from '../requests/matching';

type Values = NonNullable<FieldsData['values']>;

/** Shares must differ by this factor, and the value be this common, before it is called an outlier. */
const OUTLIER_FACTOR = 1.5;
const OUTLIER_SHARE = 0.05;

/** Top values of one field among the lines that match, each beside its share of all lines in the range. */
export async function topValues(
  field: string,
  query: FieldsRequest,
  entries: readonly Matching[],
  context: Context,
): Promise<Values> {
  const path = nestedPathOf(field);
  const include = query.prefix ? { include: `${escapeRegExp(query.prefix)}.*` } : {};
  const terms: Dsl = { terms: { field, size: query.size, ...include } };
  // Of a nested field's elements it is their requests that are counted.
  const aggs = (of: Dsl): Dsl =>
    path
      ? { nested: { nested: { path }, aggs: { values: { ...of, aggs: { requests: { reverse_nested: {} } } } } } }
      : { values: of };
  const body = (filter: Dsl[], of: Dsl | null): Dsl => ({
    size: 0,
    track_total_hits: true,
    query: { bool: { filter } },
    ...(of ? { aggs: aggs(of) } : {}),
  });
  const first = await context.askAll(
    Object.fromEntries(
      entries.map(({ entry, filter }) => [entry.name, { index: entry.index, body: body(filter, terms) }]),
    ),
  );
  const chosen = entries.find(({ entry }) => valuesOf(first[entry.name]!, path).length > 0) ?? entries[0]!;
  const matching = first[chosen.entry.name]!;
  const buckets = valuesOf(matching, path);
  const same = Object.fromEntries(buckets.map(({ key }, i) => [`v${i}`, { term: { [field]: key } }]));
  const { everything } = await context.askAll({
    everything: {
      index: chosen.entry.index,
      body: body(chosen.all, buckets.length > 0 ? { filters: { filters: same } } : null),
    },
  });
  const totals = totalsOf(everything, path);
  const found = buckets.map((bucket, i) => ({
    value: String(bucket['key_as_string'] ?? bucket.key),
    count: requestsOf(bucket, path),
    share: matching.total > 0 ? requestsOf(bucket, path) / matching.total : 0,
    share_of_all: everything.total > 0 ? requestsOf(totals[`v${i}`], path) / everything.total : 0,
  }));
  const values = found.sort((a, b) => b.count - a.count);
  return { field, counted_at: chosen.entry.name, values, other: otherOf(matching, path), outlier: outlierOf(values) };
}

function requestsOf(bucket: Bucket | undefined, path: string | null): number {
  return path ? bucketOf(bucket, 'requests').doc_count : (bucket?.doc_count ?? 0);
}

function inner(answer: SearchAnswer, path: string | null): Record<string, unknown> {
  return path ? ((answer.aggregations['nested'] as Record<string, unknown> | undefined) ?? {}) : answer.aggregations;
}

function valuesOf(answer: SearchAnswer, path: string | null): Bucket[] {
  return bucketsOf(inner(answer, path), 'values');
}

function totalsOf(answer: SearchAnswer, path: string | null): Record<string, Bucket> {
  return (inner(answer, path)['values'] as { buckets?: Record<string, Bucket> } | undefined)?.buckets ?? {};
}

function otherOf(answer: SearchAnswer, path: string | null): number {
  const values = inner(answer, path)['values'] as { sum_other_doc_count?: number } | undefined;
  return values?.sum_other_doc_count ?? 0;
}

function outlierOf(values: Values['values']): string | null {
  const [worst] = values
    .filter(
      ({ share, share_of_all }) => share >= OUTLIER_SHARE && share_of_all > 0 && share / share_of_all >= OUTLIER_FACTOR,
    )
    .sort((a, b) => b.share / b.share_of_all - a.share / a.share_of_all);
  if (!worst) return null;
  return `${worst.value} is ${(worst.share / worst.share_of_all).toFixed(1)}× more common here than in all traffic.`;
}

/** Lucene's regular expressions reserve these. */
function escapeRegExp(text: string): string {
  return text.replace(/[.?+*|{}[\]()"\\#@&<>~^$]/g, '\\$&');
}
