import { Listr, PRESET_TIMER } from 'listr2';
import type { Step } from '../steps.js';

const TIMER = { ...PRESET_TIMER, condition: (ms?: number) => (ms ?? 0) > 1000 };

/** Runs steps one after the other and shows them: a live list in a terminal, plain lines elsewhere. */
export async function runSteps(steps: Step[]): Promise<void> {
  let failure: unknown;
  const list = new Listr(
    steps.map((step) => ({
      title: step.title,
      task: async (_context: unknown, task: { output: string }) => {
        try {
          await step.run((text) => {
            task.output = text.trim().slice(0, 120);
          });
        } catch (error) {
          failure = error;
          throw new Error('see below');
        }
      },
    })),
    {
      fallbackRenderer: 'simple',
      rendererOptions: { showErrorMessage: false, timer: TIMER },
      fallbackRendererOptions: { timer: TIMER },
    },
  );
  // The command prints the one sentence of a failure, once.
  await list.run().catch((error: unknown) => {
    throw failure ?? error;
  });
}
