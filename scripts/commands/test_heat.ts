import { join } from 'node:path';
import { runCommand } from '../../stack/cli/errors.js';
import { checkout } from '../../stack/layout.js';
import { type Phase, runPhases } from '../phases.js';

/** The Heat templates against Heat's own engine, Octavia, Nova and Neutron, which the test installs and starts. */
const HEAT: Phase = {
  name: 'heat tests',
  command: join(checkout, 'node_modules', '.bin', 'vitest'),
  args: ['run', '--project', 'heat', '--maxWorkers', '2', ...process.argv.slice(2)],
  counts: 'vitest',
};

await runCommand(() => runPhases([HEAT]));
