import { runCommand } from '../../stack/cli/errors.js';
import { demo } from '../../stack/cli/demo.js';

await runCommand(() => demo(process.argv.slice(2)));
