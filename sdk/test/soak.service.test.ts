import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const soak = fileURLToPath(new URL('./fixtures/soak.mts', import.meta.url));
const ROUNDS = Number(process.env.ROTA_SOAK_ROUNDS || 60);

it(`grows less than 1 MB in 60,000 events with the receiver gone, over ${ROUNDS},000 after warm-up`, async () => {
  const { stdout } = await run(process.execPath, ['--expose-gc', '--import', 'tsx', soak, String(ROUNDS)]);
  const { held, rss, logged, dropped, warnings } = JSON.parse(stdout) as {
    held: number[];
    rss: number[];
    logged: number;
    dropped: number;
    warnings: number;
  };
  expect(logged).toBe((ROUNDS + 10) * 1000);
  expect(dropped).toBeGreaterThan(0);
  expect(warnings).toBeGreaterThan(2);
  expect(slope(held) * 60).toBeLessThan(1);
  // Coarser, for what is not JavaScript's: V8 takes and gives back some MB at once, which is no growth.
  expect(median(rss.slice(-10)) - median(rss.slice(0, 10))).toBeLessThan(Math.max(8, ROUNDS / 60));
});

/** Of the least squares line, in MB a round; one sample a round. */
function slope(samples: number[]): number {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(samples.map((_, i) => i)), mean(samples)];
  const squares = samples.reduce((sum, _, i) => sum + (i - x) ** 2, 0);
  return samples.reduce((sum, mb, i) => sum + (i - x) * (mb - y), 0) / squares;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
