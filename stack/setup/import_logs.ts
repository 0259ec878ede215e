import { type ImportOutcome, importLogs } from '../../pipeline/import/index.js';
import { HttpClient } from '../../pipeline/indexer/http_client.js';
import type { Stack } from '../stack.js';

/** Does what `rota-setup import` does, into the stack's Elasticsearch. */
export async function importIntoStack(stack: Stack, say: (text: string) => void): Promise<ImportOutcome> {
  const { logs, namespace } = stack.options;
  const http = new HttpClient({ urls: [new URL(stack.elasticsearchUrl)], requestTimeoutMs: 60_000 });
  try {
    const options = { logs: [], formats: [], zone: 'UTC', ...logs, keepUnread: false, agent: undefined, namespace };
    return await importLogs(http, options, process.env, say);
  } finally {
    http.close();
  }
}
