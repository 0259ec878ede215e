import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const soak = fileURLToPath(new URL('./fixtures/soak.mts', import.meta.url));
const SECONDS = Number(process.env.ROTA_SOAK_SECONDS || 60);

it(`grows less than 1 MB a minute with the receiver gone, in ${SECONDS} s after warm-up`, async () => {
  const { stdout } = await run(process.execPath, ['--expose-gc', '--import', 'tsx', soak, String(SECONDS)], {
    timeout: (SECONDS + 60) * 1000,
  });
  const { samples, logged, dropped, warnings } = JSON.parse(stdout) as {
    samples: number[];
    logged: number;
    dropped: number;
    warnings: number;
  };
  expect(logged).toBeGreaterThan(SECONDS * 500);
  expect(dropped).toBeGreaterThan(0);
  expect(warnings).toBeGreaterThan(2);
  // The slope of the least squares line, in MB a minute; one sample a second.
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(samples.map((_, i) => i)), mean(samples)];
  const slope =
    samples.reduce((sum, mb, i) => sum + (i - x) * (mb - y), 0) / samples.reduce((sum, _, i) => sum + (i - x) ** 2, 0);
  expect(slope * 60).toBeLessThan(1);
}, 600_000);
