import { UnknownDsl } from './query';
import type { Row, Value } from './rows';

type Dsl = Record<string, unknown>;

/** The hits of a search body, or of `top_hits`: sorted, cut, with what is asked of each. */
export function hitsOf(body: Dsl, rows: readonly Row[], defaultSize = 10): Dsl[] {
  const { size = defaultSize, sort, search_after: after, _source, fields, docvalue_fields: docvalues } = body;
  const keys = sortKeys(sort);
  let sorted = rows.map((row, i) => ({ row, at: keys.map((key) => key.of(row, i)) }));
  if (keys.length > 0) sorted.sort((a, b) => compare(a.at, b.at, keys));
  if (after !== undefined) sorted = sorted.filter(({ at }) => compare(at, after as (Value | null)[], keys) > 0);
  return sorted.slice(0, Number(size)).map(({ row, at }) => ({
    _index: row.index,
    _id: row.id,
    _score: null,
    ...(_source === false ? {} : { _source: filtered(row.source, _source) }),
    ...fieldsOf(row, [...((fields ?? []) as unknown[]), ...((docvalues ?? []) as unknown[])]),
    ...(keys.length > 0 ? { sort: at } : {}),
  }));
}

interface SortKey {
  of(row: Row, place: number): Value | null;
  sign: 1 | -1;
}

function sortKeys(sort: unknown): SortKey[] {
  if (sort === undefined) return [];
  return (Array.isArray(sort) ? sort : [sort]).map((part) => {
    const [field, given] = typeof part === 'string' ? [part, 'asc'] : Object.entries(part as Dsl)[0]!;
    const options = typeof given === 'string' ? { order: given } : (given as Dsl);
    const { order = 'asc', missing = '_last', unmapped_type: _, format: __, ...more } = options as Dsl;
    if (missing !== '_last' || Object.keys(more).length > 0) throw new UnknownDsl('a part of "sort"', part);
    const sign = order === 'desc' ? -1 : 1;
    if (field === '_shard_doc' || field === '_doc') return { of: (_row: Row, place: number) => place, sign };
    return {
      sign,
      of: ({ values }: Row) => {
        const own = values.get(field);
        if (!own) return null;
        return own.reduce((a, b) => ((sign === 1 ? b < a : b > a) ? b : a));
      },
    };
  });
}

function compare(a: readonly (Value | null)[], b: readonly (Value | null)[], keys: readonly SortKey[]): number {
  for (const [i, { sign }] of keys.entries()) {
    const [one, other] = [a[i] ?? null, b[i] ?? null];
    if (one === other) continue;
    if (one === null) return 1;
    if (other === null) return -1;
    return one < other ? -sign : sign;
  }
  return 0;
}

/** `_source: ['a.b', 'c.*']`. */
function filtered(source: Dsl, wanted: unknown): Dsl {
  if (wanted === undefined || wanted === true) return source;
  const paths = (Array.isArray(wanted) ? wanted : [wanted]) as string[];
  if (paths.some((path) => typeof path !== 'string')) throw new UnknownDsl('"_source" of this form', wanted);
  const kept: Dsl = {};
  for (const path of paths) copy(source, kept, path.replace(/\.\*$/, '').split('.'));
  return kept;
}

function copy(from: Dsl, to: Dsl, [name, ...rest]: string[]): void {
  if (name === undefined || from[name] === undefined) return;
  const value = from[name];
  if (rest.length === 0 || typeof value !== 'object' || value === null) to[name] = value;
  else if (Array.isArray(value)) {
    to[name] ??= value.map(() => ({}));
    for (const [i, element] of value.entries()) copy(element as Dsl, (to[name] as Dsl[])[i]!, rest);
  } else {
    to[name] ??= {};
    copy(value as Dsl, to[name] as Dsl, rest);
  }
}

function fieldsOf(row: Row, fields: readonly unknown[]): Dsl {
  if (fields.length === 0) return {};
  const found: Dsl = {};
  for (const field of fields) {
    const name = typeof field === 'string' ? field : String((field as { field: string }).field);
    const values = row.values.get(name);
    if (values) found[name] = values;
  }
  return { fields: found };
}
