import { hasWildcard, type KqlNode, type KqlText, plainText } from './ast';
import { parseKql } from './parser';

type Query = Record<string, unknown>;

/**
 * KQL as an Elasticsearch query, for the development host; in Kibana its own `@kbn/es-query` does this, and
 * `npm run test:kibana` compares what both find.
 */
export function kqlToQuery(kql: string): Query {
  return toQuery(parseKql(kql), null);
}

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
      return isQuery(node.field, node.value, path);
  }
}

function nested(name: string, path: string | null, query: Query): Query {
  return { nested: { path: join(path, name), query, score_mode: 'none', ignore_unmapped: true } };
}

function join(path: string | null, name: string): string {
  return path === null ? name : `${path}.${name}`;
}

function isQuery(field: KqlText | null, value: KqlText, path: string | null): Query {
  if (field === null) return bareValue(value);
  const wild = hasWildcard(field);
  const name = join(path, plainText(field));
  if (name === '*' && isStar(value)) return { match_all: {} };
  if (isStar(value))
    return wild ? { query_string: { query: `_exists_:${escapeName(field, path)}` } } : { exists: { field: name } };
  if (hasWildcard(value)) {
    return { query_string: { fields: [name], query: escaped(value), analyze_wildcard: true } };
  }
  const text = plainText(value);
  if (wild)
    return {
      multi_match: { type: value.quoted ? 'phrase' : 'best_fields', query: text, fields: [name], lenient: true },
    };
  return value.quoted ? { match_phrase: { [name]: text } } : { match: { [name]: text } };
}

/** A value without a field is looked for in every field. */
function bareValue(value: KqlText): Query {
  if (isStar(value)) return { match_all: {} };
  if (hasWildcard(value)) return { query_string: { query: escaped(value), analyze_wildcard: true } };
  return { multi_match: { type: value.quoted ? 'phrase' : 'best_fields', query: plainText(value), lenient: true } };
}

function isStar(value: KqlText): boolean {
  return value.parts.length === 1 && value.wildcards[0] === true;
}

const RESERVED = /[+\-=&|><!(){}[\]^"~*?:\\/\s]/g;

/** For query_string: everything that means something there is escaped, but for the wildcards. */
function escaped({ parts, wildcards }: KqlText): string {
  return parts.map((part, i) => (wildcards[i] ? '*' : part.replace(/[<>]/g, '').replace(RESERVED, '\\$&'))).join('');
}

function escapeName(field: KqlText, path: string | null): string {
  return `${path === null ? '' : `${path}.`}${escaped(field)}`;
}
