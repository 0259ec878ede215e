import { Client } from '@elastic/elasticsearch';
import type { FinishedDocument } from './store.js';

interface Order {
  url: string;
  stream: string;
  documents: FinishedDocument[];
  /** With the same ids as the pipeline's, or with ids that Elasticsearch makes (which it can index with less work). */
  withIds: boolean;
}

process.once('message', async ({ url, stream, documents, withIds }: Order) => {
  const client = new Client({ node: url });
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const stats = await client.helpers.bulk<FinishedDocument>({
    datasource: documents,
    onDocument: (doc) => [{ create: { _index: stream, ...(withIds ? { _id: doc._id } : {}) } }, doc._source],
    flushBytes: 1_000_000,
    concurrency: 4,
  });
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  if (stats.successful !== documents.length)
    throw new Error(`bulk: ${stats.successful} of ${documents.length} indexed`);
  process.send?.({
    events_per_s: documents.length / seconds,
    cpu_s_per_million: ((cpu.user + cpu.system) / 1e6 / documents.length) * 1e6,
  });
  await client.close();
});
