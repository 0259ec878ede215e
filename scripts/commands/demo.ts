import { demo } from '../../stack/cli/demo.js';
import { runCommand } from '../../stack/cli/errors.js';

await runCommand(() => demo(process.argv.slice(2)));
