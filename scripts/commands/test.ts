import { join } from 'node:path';
import { runCommand } from '../../stack/cli/errors.js';
import { runSteps } from '../../stack/cli/run_steps.js';
import { installSteps } from '../../stack/steps.js';
import { LINT, TYPES, vitest } from '../checks.js';
import { type Phase, runPhases } from '../phases.js';

/** Everything that must be green before a change lands; the order is cheapest first. */
const PHASES: Phase[] = [
  ...TYPES,
  ...LINT,
  vitest('unit'),
  vitest('service'),
  { name: 'build', command: process.execPath, args: ['--import', 'tsx', join('scripts', 'commands', 'build.ts')] },
  vitest('integration'),
  vitest('security'),
  {
    name: 'browser tests',
    command: process.execPath,
    args: ['--import', 'tsx', join('test', 'e2e', 'run.ts')],
    counts: 'playwright',
  },
];

await runCommand(async () => {
  await runSteps(await installSteps(['stack', 'browser', 'django'], true));
  return runPhases(PHASES);
});
