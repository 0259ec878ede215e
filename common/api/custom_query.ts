/** What a filter's own query may be made of: what asks documents for values, and runs nothing. */
const LEAVES = new Set([
  'exists',
  'ids',
  'match',
  'match_all',
  'match_none',
  'match_phrase',
  'match_phrase_prefix',
  'prefix',
  'range',
  'simple_query_string',
  'term',
  'terms',
  'wildcard',
]);
const GROUPS = ['must', 'filter', 'should', 'must_not'];

const MOST_CHARS = 4000;
const MOST_CLAUSES = 100;
const MOST_LEVELS = 8;
const MOST_WILDCARDS = 20;

/**
 * Why a filter's query in Elasticsearch's language cannot be taken, in a sentence; null when it can. It comes from a link, and so
 * is as bounded as KQL is: no scripts, no look-up of other documents, nothing whose cost has no end.
 */
export function customQueryFault(query: unknown): string | null {
  let text: string;
  try {
    text = JSON.stringify(query);
  } catch {
    return 'must be JSON';
  }
  if (text.length > MOST_CHARS) return `has ${text.length} characters; Rota takes ${MOST_CHARS}`;
  if ((text.match(/[*?]/g) ?? []).length > MOST_WILDCARDS) return `has more than ${MOST_WILDCARDS} wildcards`;
  return faultOf(query, 1, { clauses: 0 });
}

function faultOf(query: unknown, level: number, seen: { clauses: number }): string | null {
  if (!isPlain(query)) return 'must be a query of Elasticsearch, such as {"term": {"host.name": "web-1"}}';
  if (level > MOST_LEVELS) return `has more than ${MOST_LEVELS} queries inside each other`;
  if (++seen.clauses > MOST_CLAUSES) return `has more than ${MOST_CLAUSES} clauses`;
  const [kind, ...more] = Object.keys(query);
  if (kind === undefined || more.length > 0) return 'must name one kind of query';
  const body = query[kind];
  if (!isPlain(body)) return `"${kind}" must be an object`;
  if (kind === 'bool') return boolFault(body, level, seen);
  if (kind === 'nested')
    return typeof body['path'] === 'string' ? faultOf(body['query'], level + 1, seen) : '"nested" needs a path';
  if (!LEAVES.has(kind))
    return `holds "${kind}", which Rota does not take; bool, nested, ${[...LEAVES].join(', ')} are`;
  return leafFault(kind, body);
}

function boolFault(body: Record<string, unknown>, level: number, seen: { clauses: number }): string | null {
  for (const [name, part] of Object.entries(body)) {
    if (name === 'minimum_should_match' || name === 'boost') continue;
    if (!GROUPS.includes(name)) return `"bool" knows no "${name}"`;
    for (const one of Array.isArray(part) ? part : [part]) {
      const fault = faultOf(one, level + 1, seen);
      if (fault !== null) return fault;
    }
  }
  return null;
}

/** A leaf has plain values, or lists of them; `terms` could else read another index. */
function leafFault(kind: string, body: Record<string, unknown>): string | null {
  const isValue = (value: unknown) => value === null || typeof value !== 'object';
  const isPlainList = (value: unknown) => Array.isArray(value) && value.every(isValue);
  const fits = (value: unknown) =>
    isValue(value) || isPlainList(value) || (kind !== 'terms' && isPlain(value) && Object.values(value).every(isValue));
  return Object.values(body).every(fits) ? null : `"${kind}" must have plain values`;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
