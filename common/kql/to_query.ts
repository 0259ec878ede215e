import { hasWildcard, isStar, type KqlNode, type KqlText, plainText } from './ast';
import { parseKql } from './parser';

type Query = Record<string, unknown>;

/**
 * KQL as an Elasticsearch query, for the development host; in Kibana its own `@kbn/es-query` does this, and
 * `npm run test:kibana` compares what both say and find.
 */
export function kqlToQuery(kql: string): Query {
  return toQuery(parseKql(kql), null);
}

/** Inside of a nested group Kibana takes a value without a field for one of the field "null", which no document has. */
const UNNAMED: KqlText = { pieces: ['null'], quoted: false };

function toQuery(node: KqlNode, path: string | null): Query {
  switch (node.type) {
    case 'all':
      return { match_all: {} };
    case 'and':
      return { bool: { filter: node.children.map((child) => toQuery(child, path)) } };
    case 'or':
      return { bool: { should: node.children.map((child) => toQuery(child, path)), minimum_should_match: 1 } };
    case 'not':
      return { bool: { must_not: [toQuery(node.child, path)] } };
    case 'nested':
      return nested(node.path, path, toQuery(node.child, join(path, node.path)));
    case 'range':
      return { range: { [join(path, plainText(node.field))]: { [node.operator]: plainText(node.value) } } };
    case 'is':
      if (node.field) return fieldIs(node.field, node.value, path);
      return path === null ? bareValue(node.value) : fieldIs(UNNAMED, node.value, path);
  }
}

function nested(name: string, path: string | null, query: Query): Query {
  return { nested: { path: join(path, name), query, score_mode: 'none', ignore_unmapped: true } };
}

function join(path: string | null, name: string): string {
  return path === null ? name : `${path}.${name}`;
}

function fieldIs(field: KqlText, value: KqlText, path: string | null): Query {
  const name = join(path, plainText(field));
  if (isStar(value)) return isStar(field) ? { match_all: {} } : { exists: { field: name } };
  if (hasWildcard(value)) return { query_string: { fields: [name], query: forQueryString(value) } };
  return { [value.quoted ? 'match_phrase' : 'match']: { [name]: plainText(value) } };
}

/** A value without a field is looked for in every field. */
function bareValue(value: KqlText): Query {
  if (hasWildcard(value)) return { query_string: { query: forQueryString(value) } };
  return { multi_match: { type: value.quoted ? 'phrase' : 'best_fields', query: plainText(value), lenient: true } };
}

/** Everything that means something to query_string is escaped, but for the wildcards. */
function forQueryString({ pieces }: KqlText): string {
  return pieces.map((piece) => (piece === null ? '*' : piece.replace(/[-+=&|<>!(){}[\]^"~*?:\\/]/g, '\\$&'))).join('');
}
