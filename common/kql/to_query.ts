import { DATE_FIELDS } from '../ecs';
import { hasWildcard, isStar, type KqlNode, type KqlText, literalValue, plainText } from './ast';
import { KqlLimitError } from './errors';
import { parseKql } from './parser';

type Query = Record<string, unknown>;

/** Elasticsearch takes 30 `bool` queries inside each other; Rota's own, around this one, are some of them. */
const MAX_LEVELS = 20;

/**
 * KQL as an Elasticsearch query that means what Kibana's own `@kbn/es-query` would make of it (`npm run test:kibana`
 * compares the two), in a time that grows with the text alone. Throws KqlSyntaxError or KqlLimitError, both with the code
 * `invalid_kql`.
 * @param zone what times without an offset are meant in, as Kibana's `dateFormat:tz`; UTC when left out
 */
export function kqlToQuery(kql: string, zone?: string): Query {
  const node = parseKql(kql);
  if (levelsOf(node) > MAX_LEVELS) throw new KqlLimitError(`${MAX_LEVELS} levels of and, or and not`);
  return toQuery(node, null, zone);
}

function levelsOf(node: KqlNode): number {
  if ('children' in node) return 1 + Math.max(...node.children.map(levelsOf));
  return 'child' in node ? 1 + levelsOf(node.child) : 0;
}

/** Inside of a nested group Kibana takes a value without a field for one of the field "null", which no document has. */
const UNNAMED: KqlText = { pieces: ['null'], quoted: false };

function toQuery(node: KqlNode, path: string | null, zone: string | undefined): Query {
  switch (node.type) {
    case 'all':
      return { match_all: {} };
    case 'and':
      return { bool: { filter: node.children.map((child) => toQuery(child, path, zone)) } };
    case 'or':
      return { bool: { should: node.children.map((child) => toQuery(child, path, zone)), minimum_should_match: 1 } };
    case 'not':
      return { bool: { must_not: [toQuery(node.child, path, zone)] } };
    case 'nested':
      return nested(node.path, path, toQuery(node.child, join(path, node.path), zone));
    case 'range':
      return range(join(path, plainText(node.field)), { [node.operator]: literalValue(node.value) }, zone);
    case 'is':
      if (node.field) return fieldIs(node.field, node.value, path, zone);
      return path === null ? bareValue(node.value) : fieldIs(UNNAMED, node.value, path, zone);
  }
}

/** Elasticsearch reads a time without an offset in the query's zone. Like Kibana, only dates are given one. */
function range(name: string, bounds: Query, zone: string | undefined): Query {
  const inZone = zone !== undefined && DATE_FIELDS.includes(name) ? { time_zone: zone } : {};
  return { range: { [name]: { ...bounds, ...inZone } } };
}

function nested(name: string, path: string | null, query: Query): Query {
  return { nested: { path: join(path, name), query, score_mode: 'none', ignore_unmapped: true } };
}

function join(path: string | null, name: string): string {
  return path === null ? name : `${path}.${name}`;
}

function fieldIs(field: KqlText, value: KqlText, path: string | null, zone: string | undefined): Query {
  const name = join(path, plainText(field));
  if (isStar(value)) return isStar(field) ? { match_all: {} } : { exists: { field: name } };
  if (hasWildcard(value)) return { query_string: { fields: [name], query: forQueryString(value) } };
  if (zone !== undefined && DATE_FIELDS.includes(name)) {
    const time = literalValue(value);
    return range(name, { gte: time, lte: time }, zone);
  }
  return { [value.quoted ? 'match_phrase' : 'match']: { [name]: literalValue(value) } };
}

/** A value without a field is looked for in every field. */
function bareValue(value: KqlText): Query {
  if (hasWildcard(value)) return { query_string: { query: forQueryString(value) } };
  return { multi_match: { type: value.quoted ? 'phrase' : 'best_fields', query: literalValue(value), lenient: true } };
}

/**
 * Everything that means something to query_string is escaped, but for the wildcards. Several of them side by side mean one,
 * and cost Elasticsearch memory by the square of their number.
 */
function forQueryString({ pieces }: KqlText): string {
  return pieces
    .filter((piece, i) => piece !== null || pieces[i - 1] !== null)
    .map((piece) => (piece === null ? '*' : piece.replace(/[-+=&|<>!(){}[\]^"~*?:\\/]/g, '\\$&')))
    .join('');
}
