import { runCommand } from '../../stack/cli/errors.js';
import { runSteps } from '../../stack/cli/run_steps.js';
import { installSteps } from '../../stack/steps.js';
import { vitest } from '../checks.js';
import { runPhases } from '../phases.js';

/** What an attacker may try, by the name of a file or all of it: part of `npm test`. */
await runCommand(async () => {
  await runSteps(await installSteps(['stack'], true));
  return runPhases([vitest('security', process.argv.slice(2))]);
});
