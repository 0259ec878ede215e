import { hitsOf } from './hits';
import { compile, UnknownDsl } from './query';
import type { Row, Value } from './rows';

type Dsl = Record<string, unknown>;
type Result = Record<string, unknown>;

/** Elasticsearch's aggregations over rows; their results have its shapes, as far as somebody reads them. */
export function aggregate(aggs: unknown, rows: readonly Row[]): Result {
  const results: Result = {};
  for (const [name, agg] of Object.entries((aggs ?? {}) as Record<string, Dsl>)) {
    const { aggs: inner, aggregations, meta: _, ...kinds } = agg;
    const [kind] = Object.keys(kinds);
    const make = kind === undefined ? undefined : KINDS[kind];
    if (!make) throw new UnknownDsl(`the aggregation "${kind}"`, agg);
    results[name] = make(kinds[kind!] as Dsl, rows, inner ?? aggregations);
  }
  return results;
}

const KINDS: Record<string, (body: Dsl, rows: readonly Row[], inner: unknown) => Result> = {
  terms,
  date_histogram: (body, rows, inner) =>
    histogram(body, Number(/^(\d+)ms$/.exec(String(body['fixed_interval']))?.[1]), rows, inner),
  histogram: (body, rows, inner) => histogram(body, Number(body['interval']), rows, inner),
  range,
  // One shard, whose first lines are as good as any.
  sampler: ({ shard_size: size }, rows, inner) => bucket(rows.slice(0, Number(size)), inner),
  filter: (body, rows, inner) => bucket(rows.filter(compile(body)), inner),
  filters: ({ filters }, rows, inner) => ({
    buckets: Object.fromEntries(
      Object.entries(filters as Dsl).map(([name, filter]) => [name, bucket(rows.filter(compile(filter)), inner)]),
    ),
  }),
  missing: ({ field }, rows, inner) =>
    bucket(
      rows.filter(({ values }) => !values.has(String(field))),
      inner,
    ),
  nested: ({ path }, rows, inner) =>
    bucket(
      rows.flatMap(({ nested }) => nested.get(String(path)) ?? []),
      inner,
    ),
  reverse_nested: (_, rows, inner) => bucket([...new Set(rows.map((row) => row.parent ?? row))], inner),
  composite,
  min: (body, rows) => ({
    value: numbers(body, rows).reduce<number | null>((a, b) => (a === null || b < a ? b : a), null),
  }),
  max: (body, rows) => ({
    value: numbers(body, rows).reduce<number | null>((a, b) => (a === null || b > a ? b : a), null),
  }),
  sum: (body, rows) => ({ value: numbers(body, rows).reduce((a, b) => a + b, 0) }),
  avg: (body, rows) => {
    const all = numbers(body, rows);
    return { value: all.length > 0 ? all.reduce((a, b) => a + b, 0) / all.length : null };
  },
  value_count: ({ field }, rows) => ({
    value: rows.reduce((sum, { values }) => sum + (values.get(String(field))?.length ?? 0), 0),
  }),
  cardinality: ({ field }, rows) => ({
    value: new Set(rows.flatMap(({ values }) => values.get(String(field)) ?? [])).size,
  }),
  stats: (body, rows) => {
    const all = numbers(body, rows);
    const sum = all.reduce((a, b) => a + b, 0);
    if (all.length === 0) return { count: 0, min: null, max: null, avg: null, sum };
    return { count: all.length, min: Math.min(...all), max: Math.max(...all), avg: sum / all.length, sum };
  },
  percentiles,
  top_hits: (body, rows) => ({ hits: { total: { value: rows.length, relation: 'eq' }, hits: hitsOf(body, rows, 3) } }),
};

function bucket(rows: readonly Row[], inner: unknown): Result {
  return { doc_count: rows.length, ...aggregate(inner, rows) };
}

function numbers({ field, missing, ...more }: Dsl, rows: readonly Row[]): number[] {
  if (Object.keys(more).length > 0) throw new UnknownDsl('a part of a metric', more);
  const found: number[] = [];
  for (const { values } of rows) {
    const own = values.get(String(field));
    if (own) for (const value of own) found.push(Number(value));
    else if (missing !== undefined) found.push(Number(missing));
  }
  return found;
}

function terms(body: Dsl, rows: readonly Row[], inner: unknown): Result {
  const { field, size = 10, missing, include, order, min_doc_count: least = 1, shard_size: _, ...more } = body;
  if (Object.keys(more).length > 0) throw new UnknownDsl('a part of "terms"', body);
  const groups = new Map<Value, Row[]>();
  for (const row of rows) {
    const own = row.values.get(String(field)) ?? (missing === undefined ? [] : [missing as Value]);
    for (const value of own.length > 1 ? new Set(own) : own) {
      if (!isIncluded(include, value)) continue;
      const group = groups.get(value);
      if (group) group.push(row);
      else groups.set(value, [row]);
    }
  }
  const all = [...groups].filter(([, group]) => group.length >= Number(least));
  const buckets = all.map(([key, group]) => ({ key, ...bucket(group, inner) }) as Bucket);
  buckets.sort(orderOf(order));
  const shown = buckets.slice(0, Number(size));
  const others = buckets.slice(shown.length).reduce((sum, { doc_count }) => sum + doc_count, 0);
  return { doc_count_error_upper_bound: 0, sum_other_doc_count: others, buckets: shown };
}

interface Bucket extends Result {
  key: Value;
  doc_count: number;
}

function isIncluded(include: unknown, value: Value): boolean {
  if (include === undefined) return true;
  if (Array.isArray(include)) return include.map(String).includes(String(value));
  throw new UnknownDsl('"include" of this form', include);
}

function orderOf(order: unknown): (a: Bucket, b: Bucket) => number {
  const byKey = (a: Bucket, b: Bucket) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  if (order === undefined) return (a, b) => b.doc_count - a.doc_count || byKey(a, b);
  const [by, way] = Object.entries(order as Dsl)[0]!;
  const sign = way === 'desc' ? -1 : 1;
  const of = (one: Bucket): Value =>
    by === '_key'
      ? one.key
      : by === '_count'
        ? one.doc_count
        : ((one[by] as { value: number | null }).value ?? Number.NEGATIVE_INFINITY);
  return (a, b) => (of(a) < of(b) ? -sign : of(a) > of(b) ? sign : byKey(a, b));
}

function histogram(body: Dsl, interval: number, rows: readonly Row[], inner: unknown): Result {
  const { field, offset = 0, min_doc_count: least = 0, fixed_interval: _, interval: __, ...more } = body;
  if (Object.keys(more).length > 0 || !(interval > 0)) throw new UnknownDsl('a part of a histogram', body);
  const shift = Number(String(offset).replace(/ms$/, ''));
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    for (const value of row.values.get(String(field)) ?? []) {
      const key = Math.floor((Number(value) - shift) / interval) * interval + shift;
      const group = groups.get(key);
      if (group) group.push(row);
      else groups.set(key, [row]);
    }
  }
  const keys = [...groups.keys()].sort((a, b) => a - b);
  if (Number(least) === 0 && keys.length > 0) {
    for (let key = keys[0]!; key < keys.at(-1)!; key += interval) if (!groups.has(key)) groups.set(key, []);
  }
  const buckets = [...groups].sort(([a], [b]) => a - b).map(([key, group]) => ({ key, ...bucket(group, inner) }));
  return { buckets };
}

function range({ field, keyed, ranges, ...more }: Dsl, rows: readonly Row[], inner: unknown): Result {
  if (!keyed || Object.keys(more).length > 0) throw new UnknownDsl('a part of "range"', more);
  const buckets = (ranges as { key: string; from?: number; to?: number }[]).map(({ key, from, to }) => {
    const inside = rows.filter(({ values }) =>
      values
        .get(String(field))
        ?.some((value) => (from === undefined || Number(value) >= from) && (to === undefined || Number(value) < to)),
    );
    return [key, { from, to, ...bucket(inside, inner) }];
  });
  return { buckets: Object.fromEntries(buckets) };
}

/** Between neighbours, where Elasticsearch's digest may differ a little. */
function percentiles({ percents, ...body }: Dsl, rows: readonly Row[]): Result {
  const sorted = numbers(body, rows).sort((a, b) => a - b);
  const at = (percent: number) => {
    if (sorted.length === 0) return null;
    const place = (percent / 100) * (sorted.length - 1);
    const low = sorted[Math.floor(place)]!;
    return low + (place - Math.floor(place)) * (sorted[Math.ceil(place)]! - low);
  };
  return { values: Object.fromEntries((percents as number[]).map((percent) => [percent.toFixed(1), at(percent)])) };
}

function composite({ sources, size = 10, after, ...more }: Dsl, rows: readonly Row[], inner: unknown): Result {
  if (Object.keys(more).length > 0) throw new UnknownDsl('a part of "composite"', more);
  const parts = (
    sources as Record<string, { terms?: { field: string; missing_bucket?: boolean; order?: string } }>[]
  ).map((source) => {
    const [name, { terms: by, ...rest }] = Object.entries(source)[0]!;
    if (!by || Object.keys(rest).length > 0 || by.order) throw new UnknownDsl('a source of "composite"', source);
    return { name, ...by };
  });
  const groups = new Map<string, { key: (Value | null)[]; rows: Row[] }>();
  for (const row of rows) {
    const key = parts.map(({ field }) => row.values.get(field)?.[0] ?? null);
    if (key.some((value, i) => value === null && !parts[i]!.missing_bucket)) continue;
    const text = JSON.stringify(key);
    const group = groups.get(text);
    if (group) group.rows.push(row);
    else groups.set(text, { key, rows: [row] });
  }
  const last =
    after === undefined ? undefined : parts.map(({ name }) => (after as Record<string, Value | null>)[name] ?? null);
  const sorted = [...groups.values()]
    .sort((a, b) => compareKeys(a.key, b.key))
    .filter(({ key }) => last === undefined || compareKeys(key, last) > 0)
    .slice(0, Number(size));
  const keyOf = (key: (Value | null)[]) => Object.fromEntries(parts.map(({ name }, i) => [name, key[i]]));
  const buckets = sorted.map(({ key, rows: own }) => ({ key: keyOf(key), ...bucket(own, inner) }));
  return { buckets, ...(buckets.length > 0 ? { after_key: keyOf(sorted.at(-1)!.key) } : {}) };
}

function compareKeys(a: (Value | null)[], b: (Value | null)[]): number {
  for (let i = 0; i < a.length; i++) {
    const [one, other] = [a[i] ?? '', b[i] ?? ''];
    if (one < other) return -1;
    if (one > other) return 1;
  }
  return 0;
}
