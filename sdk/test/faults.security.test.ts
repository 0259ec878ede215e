import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, test } from 'vitest';
import { canBeHeard } from './faulty_receiver.js';
import { needsUnixDgram, noUnixDgram } from './unix_dgram.js';

const folder = mkdtempSync(join(tmpdir(), 'rota-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixture = fileURLToPath(new URL('./fixtures/faults.mts', import.meta.url));

interface Result {
  fault: string;
  moment: string;
  error?: string;
  /** Warnings while the fault lasted. */
  heard: number;
  recovered: boolean;
  flushed: { delivered: boolean };
  dropped: number;
  /** Events that the receiver never got. */
  missing: number;
}

function run(scheme: string): Promise<{ results: Result[]; end: unknown }> {
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', fixture, scheme, folder];
    execFile(process.execPath, args, { timeout: 170_000, maxBuffer: 1 << 24 }, (error, out, err) => {
      const lines = out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as object);
      const last = lines.at(-1);
      const ended = last !== undefined && 'alive' in last;
      resolve({
        results: (ended ? lines.slice(0, -1) : lines) as Result[],
        end: ended ? last : { code: error?.code, signal: error?.signal, err: err.slice(-2000) },
      });
    });
  });
}

const schemes = ['relp', 'relps', 'tcp', 'tls', 'udp', 'unix'].map((scheme) => {
  const skipped = scheme === 'unix' && noUnixDgram !== undefined;
  return { scheme, name: scheme === 'unix' ? needsUnixDgram(scheme) : scheme, skipped };
});
describe.each(schemes)('over $name, whatever the receiver does, at the start or later', ({ scheme, skipped }) => {
  (skipped ? test.skip : it)(
    'nothing is thrown, nothing ends the process, and afterwards lines arrive again',
    async () => {
      const { results, end } = await run(scheme);
      expect(end).toEqual({ alive: true, thrown: [] });
      expect(results.length).toBe(scheme === 'unix' ? 16 : 18);
      for (const one of results) {
        const { fault, moment } = one;
        const what = `${scheme}, ${fault}, ${moment}`;
        expect(one.error, what).toBeUndefined();
        if (canBeHeard(scheme, fault, moment)) expect(one.heard, `${what}: warnings`).toBeGreaterThan(0);
        expect([one.recovered, one.flushed.delivered, one.dropped], what).toEqual([true, true, 0]);
        // Only the receiver's own word proves that it has them all.
        if (scheme.startsWith('relp')) expect(one.missing, `${what}: missing`).toBe(0);
      }
    },
  );
});
