import { runCommand } from '../../stack/cli/errors.js';
import { start } from '../../stack/cli/start.js';

await runCommand(() => start(process.argv.slice(2)));
// Nothing of the stack is left; an idle keep-alive connection must not hold the terminal.
process.exit();
