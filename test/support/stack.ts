import { rmSync } from 'node:fs';
import { defaultOptions, type StackOptions } from '../../stack/options.js';
import { freeBlock } from '../../stack/ports.js';
import { Stack } from '../../stack/stack.js';
import { startSteps } from '../../stack/steps.js';

/** Only `npm run test:kibana` uses the reader's own Kibana and Elasticsearch; everything else is the same everywhere. */
function ownPrograms(): Partial<StackOptions> {
  return process.env['ROTA_TEST_KIBANA'] ? {} : { elasticsearch: 'embedded', kibanaHome: undefined };
}

/** A whole stack on a free block of ports, with quick health checks. `stop` ends it and removes its folder. */
export async function startTestStack(changes: Partial<StackOptions> = {}) {
  const plan = await freeBlock();
  const options: StackOptions = {
    ...defaultOptions(),
    ...ownPrograms(),
    base: plan.base,
    probe: { interval_s: 2, fall: 3, rise: 2 },
    ...changes,
  };
  const stack = new Stack(options);
  const stop = async () => {
    await stack.close();
    rmSync(stack.folders.root, { recursive: true, force: true });
  };
  try {
    await stack.open(() => undefined);
    for (const step of startSteps(stack)) await step.run(() => undefined);
  } catch (error) {
    await stack.close();
    throw error;
  }
  return { stack, stop };
}
