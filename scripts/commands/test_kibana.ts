import { join } from 'node:path';
import { runCommand } from '../../stack/cli/errors.js';
import { runSteps } from '../../stack/cli/run_steps.js';
import { checkout } from '../../stack/layout.js';
import { installSteps } from '../../stack/steps.js';
import { runPhases } from '../phases.js';

const ENV = process.env;

/** The browser tests in a real Kibana, which no registry offers: its folder and a full Elasticsearch must be named. */
await runCommand(async () => {
  if (!ENV['KIBANA_HOME'] || !ENV['ELASTICSEARCH_HOME']) {
    console.log(`The tests in a real Kibana did NOT run. They need

  KIBANA_HOME          an unpacked Kibana 8.12.2 (the plugin is installed into it)
  ELASTICSEARCH_HOME   an unpacked, full Elasticsearch 8.12

npm test runs the same pages in the development host.`);
    return 0;
  }
  await runSteps(await installSteps(['stack', 'browser'], false));
  return runPhases([
    {
      name: 'the stack with a real Kibana',
      command: join(checkout, 'node_modules', '.bin', 'vitest'),
      args: ['run', '--project', 'integration', 'test/integration/stack.test.ts'],
      env: { ROTA_TEST_KIBANA: '1' },
      counts: 'vitest',
    },
    {
      name: 'browser tests',
      command: process.execPath,
      args: ['--import', 'tsx', join('test', 'e2e', 'run.ts'), '--kibana'],
      counts: 'playwright',
    },
  ]);
});
