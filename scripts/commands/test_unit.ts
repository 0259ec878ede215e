import { runCommand } from '../../stack/cli/errors.js';
import { vitest } from '../checks.js';
import { runPhases } from '../phases.js';

/** What needs no service: all of it, or by the name of a file. */
await runCommand(() => runPhases([vitest('unit', process.argv.slice(2))]));
