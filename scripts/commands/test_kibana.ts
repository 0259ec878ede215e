import { join } from 'node:path';
import { runCommand } from '../../stack/cli/errors.js';
import { runSteps } from '../../stack/cli/run_steps.js';
import { installSteps } from '../../stack/steps.js';
import { privateKibana } from '../../test/support/kibana/home.js';
import { vitest } from '../checks.js';
import { missingKibana } from '../kibana_home.js';
import { type Phase, runPhases } from '../phases.js';

const STACK = { ...vitest('integration', ['test/integration/stack.test.ts']), name: 'the stack with a real Kibana' };
const KIBANA = { ...vitest('kibana'), name: 'the plugin in Kibana' };
const BROWSER: Phase = {
  name: 'browser tests',
  command: process.execPath,
  args: ['--import', 'tsx', join('test', 'e2e', 'run.ts'), '--kibana'],
  counts: 'playwright',
};

/** Everything in a real Kibana: the stack, the plugin's own tests, and the browser tests of `npm test`. */
await runCommand(async () => {
  const missing = missingKibana('The tests');
  if (missing) {
    console.log(`${missing}\n\nnpm test runs the same pages in the development host.`);
    return 2;
  }
  await runSteps(await installSteps(['stack', 'browser'], false));
  const { home, remove } = await privateKibana(process.env['KIBANA_HOME'] ?? '');
  const env = { KIBANA_HOME: home, ROTA_TEST_KIBANA: '1' };
  try {
    return await runPhases([STACK, KIBANA, BROWSER].map((phase) => ({ ...phase, env })));
  } finally {
    remove();
  }
});
