import { Client } from '@elastic/elasticsearch';
import type { FinishedDocument } from './store.js';

interface Order {
  stream: string;
  /** With the pipeline's ids and this before them, or with ids that Elasticsearch makes (which it can index with less work). */
  prefix: string | undefined;
}

process.once('message', ({ url, documents }: { url: string; documents: FinishedDocument[] }) => {
  const client = new Client({ node: url });
  process.on('message', (order: Order) => {
    run(client, documents, order).then(
      (result) => process.send?.(result),
      (error: Error) => process.send?.({ failed: `bulk: ${error.message}` }),
    );
  });
  process.once('disconnect', () => void client.close());
  process.send?.('ready');
});

async function run(client: Client, documents: readonly FinishedDocument[], { stream, prefix }: Order) {
  const fresh = documents.map(({ _id, _source }) => {
    const id = `${prefix ?? ''}${_id}`;
    return { id, source: { ..._source, event: { ...(_source['event'] as object), id } } };
  });
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const stats = await client.helpers.bulk<(typeof fresh)[number]>({
    datasource: fresh,
    onDocument: ({ id, source }) => [
      { create: { _index: stream, ...(prefix === undefined ? {} : { _id: id }) } },
      source,
    ],
    flushBytes: 1_000_000,
    concurrency: 4,
  });
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  if (stats.successful !== documents.length) throw new Error(`${stats.successful} of ${documents.length} indexed`);
  return {
    events_per_s: documents.length / seconds,
    cpu_s_per_million: ((cpu.user + cpu.system) / 1e6 / documents.length) * 1e6,
  };
}
