import { DEFAULT_RETENTION_DAYS } from '../../pipeline/elasticsearch/templates.js';
import { HttpClient } from '../../pipeline/indexer/http_client.js';
import { setUp } from '../../pipeline/setup/setup.js';
import type { Stack } from '../stack.js';

/** Does what `rota-setup` does, for the stack's own Elasticsearch. */
export async function installIndexTemplates(stack: Stack, say: (text: string) => void): Promise<void> {
  const http = new HttpClient({ urls: [new URL(stack.elasticsearchUrl)], requestTimeoutMs: 30_000 });
  try {
    const steps = await setUp(http, {
      namespace: stack.options.namespace,
      dryRun: false,
      // Where the node has a lifecycle; a stripped one keeps everything until the run folder is removed.
      retentionDays: DEFAULT_RETENTION_DAYS,
    });
    for (const { outcome, what, detail } of steps) say(`${outcome} ${what}: ${detail}`);
  } finally {
    http.close();
  }
}
