import { runCommand } from '../../stack/cli/errors.js';
import { runSteps } from '../../stack/cli/run_steps.js';
import { installSteps } from '../../stack/steps.js';

const USAGE = 'npm run bench -- sdk|pipeline|dashboard [--json FILE]';

/** Each benchmark is a file of its own that exports `run(argv)`; it prints a table and writes JSON where asked to. */
const BENCHMARKS: Record<string, () => Promise<{ run(argv: readonly string[]): Promise<void> }>> = {
  sdk: () => import('../../bench/sdk.js'),
  pipeline: () => import('../../bench/pipeline.js'),
  dashboard: () => import('../../bench/dashboard.js'),
};

await runCommand(async () => {
  const [name = '', ...argv] = process.argv.slice(2);
  const load = BENCHMARKS[name];
  if (!load) {
    console.log(USAGE);
    return name === '' || name === '--help' ? 0 : 2;
  }
  await runSteps(await installSteps(name === 'dashboard' ? ['stack', 'browser'] : ['stack'], true));
  await (await load()).run(argv);
  return 0;
});
