import { join } from 'node:path';
import { runCommand } from '../../stack/cli/errors.js';
import { runSteps } from '../../stack/cli/run_steps.js';
import { checkout } from '../../stack/layout.js';
import { installSteps } from '../../stack/steps.js';
import { type Phase, runPhases } from '../phases.js';

const bin = (name: string) => join(checkout, 'node_modules', '.bin', name);
const vitest = (project: string): Phase => ({
  name: `${project} tests`,
  command: bin('vitest'),
  args: ['run', '--project', project],
  counts: 'vitest',
});

/** Everything that must be green before a change lands; the order is cheapest first. */
const PHASES: Phase[] = [
  { name: 'types', command: bin('tsc'), args: ['-b'] },
  { name: 'lint and format', command: bin('biome'), args: ['ci', '--diagnostic-level=warn', '.'] },
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
