import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { CollectedTemplate } from '../support/template_files';

export interface Case extends CollectedTemplate {
  name: string;
  parameters?: Record<string, unknown>;
  environment?: Record<string, unknown>;
}

export interface Verdict {
  name: string;
  /** What Heat's engine objected to; null when it would create the stack. */
  error: string | null;
  resources: number;
}

/** Has Heat's engine validate all cases in one process (loading it takes longer than the validations). */
export function runValidation(venv: string, cases: readonly Case[]): Promise<Map<string, Verdict>> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(venv, 'bin/python'), [join(import.meta.dirname, 'validate.py')]);
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data;
    });
    child.stderr.on('data', (data: Buffer) => {
      errors += data;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`validate.py ended with ${code}: ${errors.slice(-2000)}`));
      resolve(new Map((JSON.parse(output) as Verdict[]).map((verdict) => [verdict.name, verdict])));
    });
    child.stdin.end(JSON.stringify(cases));
  });
}
