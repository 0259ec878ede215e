import { FIELDS as MAPPED } from '../../../pipeline/elasticsearch/fields';
import type { SearchClient } from '../../../server/host';
import type { Document } from '../lines/documents';
import { aggregate } from './aggregations';
import { hitsOf } from './hits';
import { compile, UnknownDsl } from './query';
import { type Row, rowOf } from './rows';

type Dsl = Record<string, unknown>;

/**
 * Answers the plugin's searches from documents in memory, as Elasticsearch does: a site costs milliseconds instead of a
 * second. It knows what those searches use and throws at the rest.
 */
export function memorySearch(documents: Iterable<Document>, namespace: string): SearchClient {
  const indices = new Map<string, Row[]>();
  for (const document of documents) {
    const row = rowOf(document, namespace);
    const rows = indices.get(row.index);
    if (rows) rows.push(row);
    else indices.set(row.index, [row]);
  }
  const rowsOf = (pattern: string) =>
    pattern.split(',').flatMap((part) => {
      if (!part.includes('*')) return indices.get(part) ?? [];
      const [start = '', end = ''] = part.split('*');
      return [...indices].flatMap(([name, rows]) => (name.startsWith(start) && name.endsWith(end) ? rows : []));
    });
  return {
    transport: {
      request: async ({ method, path, bulkBody, querystring }) => {
        if (method === 'GET') return describe(path, [...indices.keys()], querystring as Dsl | undefined);
        if (method !== 'POST' || path !== '/_msearch' || !bulkBody)
          throw new UnknownDsl('the request', { method, path });
        const responses = [];
        for (let i = 0; i < bulkBody.length; i += 2) {
          const { index, ignore_unavailable: passesBy } = bulkBody[i] as {
            index: string;
            ignore_unavailable?: boolean;
          };
          const isAbsent = passesBy === false && !index.includes('*') && !indices.has(index);
          responses.push(isAbsent ? NO_INDEX : search(bulkBody[i + 1]!, rowsOf(index)));
        }
        return { responses };
      },
    },
  };
}

const NO_INDEX = { status: 404, error: { type: 'index_not_found_exception', reason: 'no such index' } };

/** What the node tells of its indices: all are mapped by Rota's own table, none has a lifecycle. */
function describe(path: string, names: readonly string[], querystring: Dsl | undefined): Dsl {
  const [, asked = '', part = ''] = path.split('/');
  if (part === '_field_caps') {
    const indices = names.filter((name) => asked.split(',').includes(name));
    const fields = String(querystring?.['fields']).split(',');
    return { indices, fields: Object.fromEntries(fields.map((name) => [name, { [MAPPED[name] ?? 'unmapped']: {} }])) };
  }
  if (part === '_settings') return {};
  if (asked === '_data_stream') return { data_streams: [] };
  throw new UnknownDsl('the request', { method: 'GET', path });
}

const KNOWN = new Set([
  ...['timeout', 'size', 'query', 'aggs', 'aggregations', 'sort', 'search_after', 'track_total_hits'],
  ...['_source', 'fields', 'docvalue_fields'],
  // A hint for speed where nothing is counted.
  'terminate_after',
]);

function search(body: Dsl, rows: readonly Row[]): Dsl {
  for (const name of Object.keys(body)) if (!KNOWN.has(name)) throw new UnknownDsl(`"${name}" of a search`, body);
  const { size = 10, query, aggs, aggregations, track_total_hits: tracked } = body;
  const matching = rows.filter(compile(query));
  const total = tracked === false ? {} : { total: { value: matching.length, relation: 'eq' } };
  return {
    status: 200,
    timed_out: false,
    _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
    hits: { ...total, hits: size === 0 ? [] : hitsOf(body, matching) },
    ...((aggs ?? aggregations) ? { aggregations: aggregate(aggs ?? aggregations, matching) } : {}),
  };
}
