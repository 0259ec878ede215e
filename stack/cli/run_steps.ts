import { Listr } from 'listr2';
import type { Step } from '../steps.js';

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
      rendererOptions: { showErrorMessage: false, timer: timer() },
      fallbackRendererOptions: { timer: timer() },
    },
  );
  await list.run();
}

function timer() {
  return {
    condition: (ms: number) => ms > 1000,
    field: (ms: number) => `${(ms / 1000).toFixed(0)} s`,
    args: [0] as [number],
  };
}
