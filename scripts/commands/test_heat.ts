import { runCommand } from '../../stack/cli/errors.js';
import { vitest } from '../checks.js';
import { runPhases } from '../phases.js';

/** The Heat templates against Heat's own engine, Octavia, Nova and Neutron, which the test installs and starts. */
await runCommand(() => runPhases([vitest('heat', ['--maxWorkers', '2', ...process.argv.slice(2)])]));
