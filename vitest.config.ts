import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * A test waits for conditions, so a time limit only ends what hangs: each is many times what a machine needs that is busy
 * with something else.
 */
const PATIENCE_MS = 1_800_000;
const serviceTest = {
  pool: 'forks',
  fileParallelism: false,
  testTimeout: PATIENCE_MS,
  hookTimeout: PATIENCE_MS,
} as const;
/** Two files side by side, each with services of its own on ports of its own: they wait more than they work. */
const sideBySide = { ...serviceTest, fileParallelism: true, maxWorkers: 2 } as const;

/** Unit tests stand beside their file; what needs real services is a project of its own. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{common,server,public,sdk/src,pipeline,stack,dev,scripts,bench,heat}/**/*.test.{ts,tsx}',
            'test/{sites,formats}/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.{service,security}.test.ts'],
          pool: 'threads',
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      // Real rsyslog, nginx, Elasticsearch.
      {
        test: {
          name: 'service',
          include: ['{sdk,pipeline,server,test/sites}/**/*.service.test.ts'],
          exclude: ['**/node_modules/**'],
          ...sideBySide,
        },
      },
      { test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...sideBySide } },
      // What an attacker may try: each test seconds long, against real services where it takes them.
      {
        test: {
          name: 'security',
          include: ['test/security/**/*.test.ts', '{sdk,pipeline,server}/**/*.security.test.ts'],
          exclude: ['**/node_modules/**'],
          ...serviceTest,
        },
      },
      { test: { name: 'faults', include: ['test/faults/**/*.test.ts'], ...serviceTest } },
      // Needs KIBANA_HOME and ELASTICSEARCH_HOME: `npm run test:kibana`.
      {
        // Kibana's own modules, as the plugin's server finds them when it runs in Kibana.
        resolve: { alias: { '@kbn': join(process.env['KIBANA_HOME'] ?? '', 'node_modules', '@kbn') } },
        test: {
          name: 'kibana',
          include: ['test/kibana/**/*.test.ts'],
          globalSetup: ['test/kibana/global_setup.ts'],
          ...serviceTest,
        },
      },
      {
        test: {
          name: 'heat',
          include: ['test/heat/**/*.test.ts'],
          globalSetup: ['test/heat/global_setup.ts'],
          ...serviceTest,
          // Three files at a time on whatever machine: Heat waits more than it works, and each file has a project of the cloud to itself.
          fileParallelism: true,
          maxWorkers: 3,
        },
      },
    ],
  },
});
