import { runCommand } from '../../stack/cli/errors.js';
import { TYPES } from '../checks.js';
import { runPhases } from '../phases.js';

await runCommand(() => runPhases(TYPES));
