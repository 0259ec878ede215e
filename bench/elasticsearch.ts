import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownedFolder } from '../stack/account.js';
import { distributions } from '../stack/layout.js';
import { freeBlock } from '../stack/ports.js';
import { elasticsearchService } from '../stack/services/elasticsearch.js';
import type { ServiceProcess } from '../stack/services/process.js';
import { fetchDistribution } from '../stack/setup/elasticsearch_distribution.js';

/**
 * Does what is measured with an Elasticsearch of its own (`ELASTICSEARCH_HOME`, or the one that the stack fetches), then
 * ends it and removes its folder.
 * @param prepare may change the service before it starts (pin it to a core, say)
 */
export async function withElasticsearch(
  measure: (url: string) => Promise<void>,
  prepare: (service: ServiceProcess) => ServiceProcess = (service) => service,
): Promise<void> {
  const folder = ownedFolder(mkdtempSync(join(tmpdir(), 'rota-bench-es-')));
  const ports = await freeBlock();
  const node = elasticsearchService({
    home: process.env['ELASTICSEARCH_HOME'] ?? (await fetchDistribution(distributions())),
    folder,
    port: ports.elasticsearch,
    transportPort: ports.elasticsearchTransport,
    heap: '1g',
  });
  await prepare(node).start();
  try {
    await measure(`http://127.0.0.1:${ports.elasticsearch}`);
  } finally {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
