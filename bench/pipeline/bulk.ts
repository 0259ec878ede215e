import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FinishedDocument } from './store.js';

export interface BulkRun {
  events_per_s: number;
  cpu_s_per_million: number;
}

/**
 * Sends finished documents with the ready-made client's bulk helper, from a process of its own (which inherits this
 * one's core). The time runs from the first document to the last answer.
 */
export async function runBulk(
  url: string,
  stream: string,
  documents: readonly FinishedDocument[],
  withIds: boolean,
): Promise<BulkRun> {
  const child = fork(fileURLToPath(new URL('bulk_worker.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  child.send({ url, stream, documents, withIds });
  const [result] = (await once(child, 'message')) as [BulkRun];
  child.disconnect();
  await once(child, 'exit');
  return result;
}
