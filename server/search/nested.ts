import { FIELDS } from '../../common/ecs';
import type { Dsl } from '../host';

/** The fields that the template maps as `nested`: plain queries and aggregations find nothing in them. */
const PATHS: readonly string[] = [FIELDS.attempts];

/** The nested field that a field is a part of; null for all others, the nested field itself included. */
export function nestedPathOf(field: string): string | null {
  return PATHS.find((path) => field.startsWith(`${path}.`)) ?? null;
}

/** Whether a document has any value of the field. */
export function existsQuery(field: string): Dsl {
  if (PATHS.includes(field)) return nested(field, { match_all: {} });
  return inNested(field, { exists: { field } });
}

/** A query on one field, put where that field's values are. */
export function inNested(field: string, query: Dsl): Dsl {
  const path = nestedPathOf(field);
  return path === null ? query : nested(path, query);
}

function nested(path: string, query: Dsl): Dsl {
  return { nested: { path, query, ignore_unmapped: true } };
}

/**
 * A query of KQL, in which a part of a nested field may stand by its full name (`rota.attempts.status_code : 502`), as it
 * stands in the field list: any element then may match. What KQL's own braces put together stays so.
 */
export function reachNested(query: Dsl): Dsl {
  const [kind, body] = Object.entries(query)[0] ?? [];
  if (kind === 'bool') {
    return { bool: Object.fromEntries(Object.entries(body as Dsl).map(([name, part]) => [name, reachParts(part)])) };
  }
  const field = kind === undefined ? null : fieldOf(kind, body as Dsl);
  return field === null ? query : inNested(field, query);
}

function reachParts(part: unknown): unknown {
  if (Array.isArray(part)) return part.map((one) => reachNested(one as Dsl));
  return typeof part === 'object' && part !== null ? reachNested(part as Dsl) : part;
}

/** Leaves whose one key is their field. */
const ONE_FIELD = new Set([
  'match',
  'match_phrase',
  'match_phrase_prefix',
  'prefix',
  'range',
  'term',
  'terms',
  'wildcard',
]);

/** The one field that a leaf asks; null where it is a group or asks many. */
function fieldOf(kind: string, body: Dsl): string | null {
  if (ONE_FIELD.has(kind)) return Object.keys(body)[0] ?? null;
  if (kind === 'exists') return String(body['field']);
  const fields = kind === 'query_string' ? body['fields'] : undefined;
  return Array.isArray(fields) && fields.length === 1 ? String(fields[0]) : null;
}

/** A column's values in a hit's `fields`, which has parts of a nested field under its path, element by element. */
export function valuesOf(fields: Record<string, unknown[]> | undefined, column: string): unknown[] {
  const path = nestedPathOf(column);
  if (path === null) return fields?.[column] ?? [];
  const name = column.slice(path.length + 1);
  return (fields?.[path] ?? []).flatMap((element) => (element as Record<string, unknown[]>)[name] ?? []);
}
