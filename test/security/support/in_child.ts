import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { checkout } from '../../../stack/layout';
import type { Asked } from './ask_routes';

/** V8's limit on the program's heap, MB: what Kibana itself would have left over for it. */
export const HEAP_MB = 256;

export interface Ended {
  answered: (Asked & { answer: NonNullable<Asked['answer']> })[];
  /** At what it ended, where it did not come to its end. */
  unanswered: Asked | null;
  code: number | null;
  stderr: string;
}

/** Asks the routes in a program of their own with little memory, and reads what it tells. */
export function askInChild(settings: Record<string, string>): Promise<Ended> {
  const program = ['--import', 'tsx', 'test/security/support/ask_routes.ts'];
  const values = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, ...program, ...values], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { answered: [], unanswered: null, code: null, stderr: '' };
  child.stderr.on('data', (chunk: Buffer) => {
    ended.stderr = (ended.stderr + chunk.toString()).slice(-20_000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const asked = JSON.parse(line) as Asked;
    if (asked.answer) ended.answered.push({ ...asked, answer: asked.answer });
    ended.unanswered = asked.answer ? null : asked;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}
