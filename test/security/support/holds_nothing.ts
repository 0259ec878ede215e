import type { SearchClient } from '../../../server/host';

/** In the place of Elasticsearch: it has Rota's streams, and no line in them. What a question costs then, it costs by itself. */
export function holdsNothing(): SearchClient {
  const found = { hits: { total: { value: 0 }, hits: [] }, aggregations: {}, _shards: { total: 1, failed: 0 } };
  return {
    transport: {
      async request({ path, bulkBody = [] }) {
        // As slow as a network at its best: the event loop turns.
        await new Promise((resolve) => setImmediate(resolve));
        if (path === '/_msearch') return { responses: Array.from({ length: bulkBody.length / 2 }, () => found) };
        if (path.endsWith('/_field_caps')) return { indices: [], fields: {} };
        if (path.endsWith('/_pit')) return { id: 'none' };
        if (path.startsWith('/_data_stream')) return { data_streams: [] };
        return path === '/_search' ? found : {};
      },
    },
  };
}
