import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../stack/layout.js';

/** One part of a test run: a command that fails by its exit code. */
export interface Phase {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  /** Whose tests are counted, from the runner's own report. */
  counts?: 'vitest' | 'playwright';
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Runs phases one after the other and ends with a table and `N passed, N failed, N skipped`.
 * A phase that fails does not keep the next from running, so that one run tells all that is wrong.
 * @returns the exit code
 */
export async function runPhases(phases: Phase[]): Promise<number> {
  const rows: { name: string; ok: boolean; seconds: number; counts?: Counts }[] = [];
  for (const phase of phases) {
    console.log(`\n── ${phase.name} ${'─'.repeat(Math.max(4, 70 - phase.name.length))}`);
    const began = Date.now();
    const report = join(checkout, '.cache', 'reports', `${phase.name.replaceAll(' ', '_')}.json`);
    if (phase.counts) {
      mkdirSync(join(checkout, '.cache', 'reports'), { recursive: true });
      rmSync(report, { force: true });
    }
    const args =
      phase.counts === 'vitest'
        ? [...phase.args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
        : phase.counts === 'playwright'
          ? [...phase.args, '--reporter=list,json']
          : phase.args;
    const code = await run(phase, args, report);
    rows.push({
      name: phase.name,
      ok: code === 0,
      seconds: (Date.now() - began) / 1000,
      ...(phase.counts ? { counts: readCounts(report) } : {}),
    });
  }
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  console.log('');
  for (const { name, ok, seconds, counts } of rows) {
    const tests = counts ? `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped` : '';
    console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(20)} ${seconds.toFixed(0).padStart(4)} s  ${tests}`);
    // Types, lint and build are no tests: they stand in the table and in the exit code.
    if (!counts) continue;
    total.passed += counts.passed;
    total.failed += Math.max(counts.failed, ok ? 0 : 1);
    total.skipped += counts.skipped;
  }
  const broken = rows.filter(({ ok, counts }) => !ok && !counts).map(({ name }) => name);
  if (broken.length > 0) console.log(`\nFAILED: ${broken.join(', ')}`);
  if (rows.some(({ counts }) => counts)) {
    console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  }
  return rows.every((row) => row.ok) ? 0 : 1;
}

function run({ command, env }: Phase, args: string[], report: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: checkout,
      stdio: 'inherit',
      env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: report, ...env },
    });
    // A runner that lost its starter would keep its servers: it is told, and this process ends after it.
    const passOn = () => {
      child.kill('SIGTERM');
      child.once('exit', () => process.exit(143));
    };
    process.once('SIGTERM', passOn);
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGTERM', passOn);
      resolve(code ?? 1);
    });
  });
}

function readCounts(report: string): Counts {
  try {
    const told = JSON.parse(readFileSync(report, 'utf8'));
    if (told.stats) {
      const { expected, unexpected, flaky, skipped } = told.stats;
      return { passed: expected, failed: unexpected + flaky, skipped };
    }
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = told;
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    // No report: the run died before its first test.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
