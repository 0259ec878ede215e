import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { give } from '../../stack/account.js';
import { runCommand } from '../../stack/cli/errors.js';
import { checkout, distributions } from '../../stack/layout.js';
import { freeBlock } from '../../stack/ports.js';
import { elasticsearchService } from '../../stack/services/elasticsearch.js';
import { distributionHome } from '../../stack/setup/elasticsearch_distribution.js';
import { startKibanaWorld } from '../support/kibana/world.js';

/**
 * Runs the Playwright specs on an Elasticsearch of their own: in the development host, or with --kibana in the Kibana of
 * KIBANA_HOME on the full Elasticsearch of ELASTICSEARCH_HOME. Further arguments go to Playwright.
 */
// Whoever ends the run (a time-out, say) gets the services ended and the folder removed as well.
const ended = new AbortController();
process.once('SIGTERM', () => ended.abort());

await runCommand(async () => {
  const args = process.argv.slice(2);
  const world = args.includes('--kibana') ? await startKibana() : await startStore();
  try {
    const playwright = join(checkout, 'node_modules', '.bin', 'playwright');
    const specs = args.filter((arg) => arg !== '--kibana');
    const run = await execa(playwright, ['test', '-c', join(checkout, 'test', 'e2e'), ...specs], {
      cwd: checkout,
      env: world.env,
      stdio: 'inherit',
      reject: false,
      cancelSignal: ended.signal,
    });
    return run.exitCode ?? 1;
  } finally {
    await world.stop();
  }
});
process.exit();

interface Place {
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** Two Kibanas: one with the morning, and one whose namespace nobody has written to yet. */
async function startKibana(): Promise<Place> {
  const { elasticsearchUrl, urls, stop } = await startKibanaWorld({
    kibanas: 2,
    settings: (n): Record<string, unknown> => (n === 0 ? {} : { 'rota.namespace': 'nothing_yet' }),
  });
  const [kibana = '', empty = ''] = urls;
  return { env: { ROTA_E2E_ELASTICSEARCH: elasticsearchUrl, ROTA_E2E_URL: kibana, ROTA_E2E_EMPTY_URL: empty }, stop };
}

/** An Elasticsearch alone; the specs' setup puts a development host before it. */
async function startStore(): Promise<Place> {
  const ports = await freeBlock();
  const folder = mkdtempSync(join(tmpdir(), 'rota-e2e-'));
  give(folder);
  const service = elasticsearchService({
    home: distributionHome(distributions()),
    folder: join(folder, 'elasticsearch'),
    port: ports.elasticsearch,
    transportPort: ports.elasticsearchTransport,
  });
  const stop = async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await service.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { env: { ROTA_E2E_ELASTICSEARCH: `http://127.0.0.1:${ports.elasticsearch}` }, stop };
}
