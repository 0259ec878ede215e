import type { Client } from '@elastic/elasticsearch';

/** The same Elasticsearch, but that it refuses every search of one data set: more lines than it gives at once. */
export function refusing(client: Client, dataset: string): Client {
  const request = (params: { bulkBody?: object[] }, options?: object) => {
    const bulkBody = params.bulkBody?.map((part, i, parts) => {
      const header = i % 2 === 1 ? (parts[i - 1] as { index: string }) : null;
      return header?.index.includes(dataset) ? { size: 1_000_000 } : part;
    });
    return client.transport.request({ ...params, bulkBody } as never, options);
  };
  return { transport: { request } } as unknown as Client;
}
