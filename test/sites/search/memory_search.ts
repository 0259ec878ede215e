import type { SearchClient } from '../../../server/host';
import type { Document } from '../lines/documents';
import { aggregate } from './aggregations';
import { hitsOf } from './hits';
import { compile, UnknownDsl } from './query';
import { type Row, rowOf } from './rows';

type Dsl = Record<string, unknown>;

/**
 * Answers the plugin's searches from documents in memory, as Elasticsearch does: a site costs milliseconds instead of a
 * second. It knows what those searches use and throws at the rest. routes.service.test.ts wants the same answers from a real
 * Elasticsearch.
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
      request: async ({ method, path, bulkBody }) => {
        if (method !== 'POST' || path !== '/_msearch' || !bulkBody)
          throw new UnknownDsl('the request', { method, path });
        const responses = [];
        for (let i = 0; i < bulkBody.length; i += 2) {
          const { index } = bulkBody[i] as { index: string };
          responses.push(search(bulkBody[i + 1]!, rowsOf(index)));
        }
        return { responses };
      },
    },
  };
}

const KNOWN = new Set([
  ...['timeout', 'size', 'query', 'aggs', 'aggregations', 'sort', 'search_after', 'track_total_hits'],
  ...['_source', 'fields', 'docvalue_fields'],
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
