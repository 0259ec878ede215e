import { mkdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runCommand } from '../../stack/cli/errors.js';
import { runSteps } from '../../stack/cli/run_steps.js';
import { checkout } from '../../stack/layout.js';
import { installSteps } from '../../stack/steps.js';
import { loadMorning } from '../../test/fixtures/morning/load.js';
import { privateKibana } from '../../test/support/kibana/home.js';
import { startKibanaWorld } from '../../test/support/kibana/world.js';
import { missingKibana } from '../kibana_home.js';
import { takePictures } from '../screenshots/take.js';

/** Takes the README's pictures anew, from a real Kibana with the recorded morning behind it. */
await runCommand(async () => {
  const missing = missingKibana('The pictures');
  if (missing) {
    console.log(missing);
    return 2;
  }
  await runSteps(await installSteps(['stack', 'browser'], false));
  const folder = join(checkout, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  const { home, remove } = await privateKibana(process.env['KIBANA_HOME'] ?? '');
  process.env['KIBANA_HOME'] = home;
  try {
    const world = await startKibanaWorld();
    try {
      await loadMorning(world.elasticsearchUrl);
      for (const file of await takePictures(world.urls[0]!, world.elasticsearchUrl, folder)) {
        console.log(`${relative(checkout, file)}  ${Math.round(statSync(file).size / 1024)} KiB`);
      }
      return 0;
    } finally {
      await world.stop();
    }
  } finally {
    remove();
  }
});
process.exit();
