import { runCommand } from '../../stack/cli/errors.js';
import { runSteps } from '../../stack/cli/run_steps.js';
import { installSteps } from '../../stack/steps.js';
import { vitest } from '../checks.js';
import { runPhases } from '../phases.js';

/** Breaks real services on purpose, with rsyslog's, the agent's and the indexer's own files; about seven minutes. */
await runCommand(async () => {
  await runSteps(await installSteps(['stack'], true));
  return runPhases([vitest('faults', process.argv.slice(2))]);
});
