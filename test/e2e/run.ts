import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { buildPlugin } from '../../scripts/build_plugin.js';
import { give } from '../../stack/account.js';
import { runCommand } from '../../stack/cli/errors.js';
import { checkout, distributions } from '../../stack/layout.js';
import { freeBlock } from '../../stack/ports.js';
import { elasticsearchService } from '../../stack/services/elasticsearch.js';
import { assertKibanaHome, installPlugin, kibanaDashboard } from '../../stack/services/kibana.js';
import type { ServiceProcess } from '../../stack/services/process.js';
import { distributionHome } from '../../stack/setup/elasticsearch_distribution.js';

/**
 * Runs the Playwright specs on an Elasticsearch of their own: in the development host, or with --kibana in the Kibana of
 * KIBANA_HOME on the full Elasticsearch of ELASTICSEARCH_HOME. Further arguments go to Playwright.
 */
await runCommand(async () => {
  const args = process.argv.slice(2);
  const kibana = args.includes('--kibana');
  const ports = await freeBlock();
  const folder = mkdtempSync(join(tmpdir(), 'rota-e2e-'));
  give(folder);
  const started: ServiceProcess[] = [];
  const start = async (service: ServiceProcess) => {
    started.unshift(service);
    await service.start();
  };
  try {
    await start(
      elasticsearchService({
        home: kibana ? (process.env['ELASTICSEARCH_HOME'] ?? '') : distributionHome(distributions()),
        folder: join(folder, 'elasticsearch'),
        port: ports.elasticsearch,
        transportPort: ports.elasticsearchTransport,
      }),
    );
    const elasticsearchUrl = `http://127.0.0.1:${ports.elasticsearch}`;
    const env: Record<string, string> = { ROTA_E2E_ELASTICSEARCH: elasticsearchUrl };
    if (kibana) {
      const home = process.env['KIBANA_HOME'] ?? '';
      const { zip, kibanaVersion } = await buildPlugin({ root: checkout });
      assertKibanaHome(home, kibanaVersion);
      await installPlugin(home, zip, (line) => console.log(line));
      const options = {
        home,
        port: ports.dashboard,
        elasticsearchUrl,
        folder: join(folder, 'kibana'),
        logFolder: folder,
      };
      await start(kibanaDashboard(options));
      env['ROTA_E2E_URL'] = `http://127.0.0.1:${ports.dashboard}`;
    }
    const playwright = join(checkout, 'node_modules', '.bin', 'playwright');
    const specs = args.filter((arg) => arg !== '--kibana');
    const run = await execa(playwright, ['test', '-c', join(checkout, 'test', 'e2e'), ...specs], {
      cwd: checkout,
      env,
      stdio: 'inherit',
      reject: false,
    });
    return run.exitCode ?? 1;
  } finally {
    for (const service of started) await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
process.exit();
