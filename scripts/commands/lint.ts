import { runCommand } from '../../stack/cli/errors.js';
import { LINT } from '../checks.js';
import { runPhases } from '../phases.js';

/** Format, lint, circles, arrows between the parts, and what has no caller. */
await runCommand(() => runPhases(LINT));
