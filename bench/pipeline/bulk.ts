import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Run } from './run.js';
import type { FinishedDocument } from './store.js';

/**
 * Sends finished documents with the ready-made client's bulk helper, from a process of its own (which inherits this
 * one's core) that stays up and warm over all rounds. A run's time goes from the first document to the last answer.
 */
export class BulkSender {
  private constructor(private readonly child: ChildProcess) {}

  static async start(url: string, documents: readonly FinishedDocument[]): Promise<BulkSender> {
    const child = fork(fileURLToPath(new URL('bulk_worker.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
    });
    const ready = once(child, 'message');
    child.send({ url, documents });
    await ready;
    return new BulkSender(child);
  }

  /** @param prefix before each id, so that every run's are new; none: Elasticsearch makes ids itself */
  async run(stream: string, prefix: string | undefined): Promise<Run> {
    const answer = once(this.child, 'message');
    this.child.send({ stream, prefix });
    const [result] = (await answer) as [Run | { failed: string }];
    if ('failed' in result) throw new Error(result.failed);
    return result;
  }

  async stop(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.disconnect();
    await exit;
  }
}
