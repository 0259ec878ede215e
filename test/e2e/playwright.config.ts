import { defineConfig } from '@playwright/test';

/**
 * The same specs run against `dev/` or a real Kibana: ROTA_E2E_URL is the address before `/app/rota`. Without it a
 * development host is started over the Elasticsearch of ROTA_E2E_ELASTICSEARCH (the morning is put there if missing).
 * CHROMIUM names another browser binary than Debian's.
 */
export default defineConfig({
  testDir: '.',
  outputDir: '../../.cache/e2e',
  globalSetup: './setup.ts',
  fullyParallel: false,
  // A real Kibana takes a core for itself.
  workers: process.env['ROTA_E2E_URL'] ? 1 : 2,
  retries: 0,
  // A test waits for conditions: a time limit only ends what hangs, on however busy a machine.
  timeout: 1_800_000,
  expect: { timeout: 300_000 },
  reporter: [['list']],
  use: {
    testIdAttribute: 'data-test-subj',
    launchOptions: { executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
});
