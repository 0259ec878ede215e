import { Listr, PRESET_TIMER } from 'listr2';
import type { Step } from '../steps.js';

const TIMER = { ...PRESET_TIMER, condition: (ms?: number) => (ms ?? 0) > 1000 };

/** Runs steps one after the other and shows them: a live list in a terminal, plain lines elsewhere. */
export async function runSteps(steps: Step[]): Promise<void> {
  const list = new Listr(
    steps.map((step) => ({
      title: step.title,
      task: async (_context: unknown, task: { output: string }) => {
        await step.run((text) => {
          task.output = text.trim().slice(0, 120);
        });
      },
    })),
    {
      fallbackRenderer: 'simple',
      // The one sentence of a failure is printed once, by the command itself.
      rendererOptions: { showErrorMessage: false, timer: TIMER },
      fallbackRendererOptions: { timer: TIMER },
    },
  );
  await list.run();
}
