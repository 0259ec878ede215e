import type { Scope } from '../../common/api';
import type { Context } from '../context';
import { ApiError } from '../errors';
import type { Dsl } from '../host';
import { textFilters } from './scope';

/** A value that a question asks a field for. */
interface Asked {
  field: string;
  value: string;
}

interface Kind {
  takes: string;
  example: string;
  fits(value: string): boolean;
}

const WHOLE: Kind = { takes: 'whole numbers', example: '404', fits: isNumber };
const DECIMAL: Kind = { takes: 'numbers', example: '0.5', fits: isNumber };
/** What Elasticsearch reads from a text, by the field's type; types that take any text are not here. */
const KINDS: Record<string, Kind> = {
  long: WHOLE,
  integer: WHOLE,
  short: WHOLE,
  byte: WHOLE,
  unsigned_long: WHOLE,
  double: DECIMAL,
  float: DECIMAL,
  half_float: DECIMAL,
  scaled_float: DECIMAL,
  boolean: { takes: 'true or false', example: 'true', fits: (value) => ['true', 'false', ''].includes(value) },
  ip: { takes: 'IP addresses', example: '"10.0.0.0/8"', fits: isAddress },
  date: { takes: 'times', example: '"2026-11-23T09:00:00"', fits: isTime },
};

const LEAVES = new Set(['match', 'match_phrase', 'term', 'terms', 'range']);
const FIELDS_AT_ONCE = 200;
const TYPES_TTL_MS = 60_000;

/**
 * Throws ApiError `invalid_kql` where the KQL or a filter asks a field for what it cannot hold: Elasticsearch would refuse the
 * search without naming the field. What cannot be looked up is left to the search.
 */
export async function assertValues(scope: Scope, context: Context): Promise<void> {
  const asked = textFilters(scope, context.kqlToQuery(scope)).flatMap(valuesIn);
  const fields = [...new Set(asked.map(({ field }) => field))].slice(0, FIELDS_AT_ONCE);
  if (fields.length === 0) return;
  const types = await typesOf(fields, context);
  for (const { field, value } of asked) {
    const known = types[field] ?? [];
    const kinds = known.map((type) => KINDS[type]);
    // A field that is a number here and a text there takes both.
    const [kind] = kinds;
    if (!kind || kinds.some((one) => !one || one.fits(value))) continue;
    throw faultOf(scope.kql, { field, value }, kind, known[0]!);
  }
}

function faultOf(kql: string, { field, value }: Asked, { takes, example }: Kind, type: string): ApiError {
  const place = placeOf(kql, field, value);
  const message = `"${value.slice(0, 100)}" is nothing that ${field} can hold: it takes ${takes} (${type}), such as ${field} : ${example}.`;
  return new ApiError('invalid_kql', place === null ? `In the filter bar: ${message}` : message, { at: place });
}

/** Where the value stands in the text: behind its field, or anywhere. */
function placeOf(kql: string, field: string, value: string): number | null {
  const name = kql.indexOf(field);
  const behind = name < 0 ? -1 : kql.indexOf(value, name + field.length);
  const place = behind < 0 ? kql.indexOf(value) : behind;
  return place < 0 ? null : place;
}

function valuesIn(query: Dsl): Asked[] {
  const [kind = '', body] = Object.entries(query)[0] ?? [];
  if (typeof body !== 'object' || body === null) return [];
  if (kind === 'bool') {
    return Object.values(body as Dsl)
      .flat()
      .flatMap((part) => (typeof part === 'object' && part !== null ? valuesIn(part as Dsl) : []));
  }
  if (kind === 'nested') return valuesIn((body as { query: Dsl }).query);
  if (!LEAVES.has(kind)) return [];
  return Object.entries(body as Dsl).flatMap(([field, given]) => textsOf(given).map((value) => ({ field, value })));
}

const NO_VALUES = new Set(['time_zone', 'format', 'relation', 'boost', 'operator', 'analyzer']);

function textsOf(given: unknown): string[] {
  if (typeof given === 'string') return [given];
  if (Array.isArray(given)) return given.flatMap(textsOf);
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([name, value]) => (NO_VALUES.has(name) ? [] : textsOf(value)));
}

/** Each field's types in Rota's streams; none where they cannot be told. */
async function typesOf(fields: string[], context: Context): Promise<Record<string, string[]>> {
  const key = JSON.stringify(['types', context.principal, fields]);
  const kept = context.cache.get<Record<string, string[]>>(key);
  if (kept) return kept;
  const found = await context
    .send<{ fields: Record<string, Record<string, unknown>> }>({
      method: 'POST',
      path: `/logs-*-${context.settings.namespace}/_field_caps`,
      querystring: { fields: fields.join(','), ignore_unavailable: true, allow_no_indices: true, filters: '-metadata' },
    })
    .catch(() => null);
  if (!found) return {};
  const types = Object.fromEntries(
    Object.entries(found.fields).map(([name, byType]) => [
      name,
      Object.keys(byType).filter((type) => type !== 'unmapped'),
    ]),
  );
  if (context.principal !== null) context.cache.set(key, types, TYPES_TTL_MS);
  return types;
}

function isNumber(value: string): boolean {
  return value.trim() !== '' && Number.isFinite(Number(value));
}

function isAddress(value: string): boolean {
  return /^[0-9a-f:.]+(?:\/\d{1,3})?$/i.test(value);
}

/** `strict_date_optional_time`, epoch milliseconds, or date math. */
function isTime(value: string): boolean {
  if (/^now/.test(value) || value.includes('||') || /^-?\d+$/.test(value)) return true;
  return /^\d{4}(-\d\d(-\d\d(T(\d\d(:\d\d(:\d\d([.,]\d{1,9})?)?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?)?)?$/.test(value);
}
