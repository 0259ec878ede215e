import { setTimeout as sleep } from 'node:timers/promises';

/** How long a question waits in all for shards that no node holds yet. A small cluster makes one in some 0.1 s. */
const PATIENCE_MS = 2000;
const FIRST_PAUSE_MS = 50;

const UNASSIGNED = 'no_shard_available_action_exception';

/**
 * A data stream that takes its first line, or is rolled over, has for a moment a shard that no node holds: Elasticsearch
 * then answers 503, or without that shard's lines. Such a stream is not there yet, and what is asked of it is asked again
 * while the patience of the whole question lasts. After that the shard is lost rather than new, and the answer counts as it is.
 */
export class Patience {
  private left: number;
  private pause = FIRST_PAUSE_MS;

  constructor(ms = PATIENCE_MS) {
    this.left = ms;
  }

  /** Waits a little, longer each time; false at once when no patience is left. Throws when the signal is aborted. */
  async wait(signal: AbortSignal): Promise<boolean> {
    if (this.left <= 0) return false;
    const ms = Math.min(this.pause, this.left);
    this.left -= ms;
    this.pause *= 2;
    await sleep(ms, undefined, { signal });
    return true;
  }

  /** Asks, and asks again while Elasticsearch refuses for want of a shard. Throws what `ask` threw last. */
  async ask<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!isShardMissing(error) || !(await this.wait(signal))) throw error;
      }
    }
  }
}

interface Failure {
  type?: string;
  reason?: unknown;
  root_cause?: Failure[];
  failed_shards?: { reason?: Failure }[];
  caused_by?: Failure;
}

/** Whether an answer, or one of an `_msearch`, lacks lines because no node holds their shard. */
export function lacksShard(answer: { error?: Failure; _shards?: { failures?: { reason?: Failure }[] } }): boolean {
  if (answer.error) return namesShard(answer.error);
  return (answer._shards?.failures ?? []).some(({ reason }) => reason !== undefined && namesShard(reason));
}

/** Whether what the client threw says that no node holds a shard. */
export function isShardMissing(error: unknown): boolean {
  const { statusCode, meta } = (error ?? {}) as { statusCode?: number; meta?: { body?: { error?: Failure } } };
  return statusCode === 503 && meta?.body?.error !== undefined && namesShard(meta.body.error);
}

function namesShard({ type, reason, root_cause = [], failed_shards = [], caused_by }: Failure): boolean {
  if (type === UNASSIGNED) return true;
  // Where partial results are not allowed, no shard is named by type.
  if (typeof reason === 'string' && reason.includes('missing shards')) return true;
  const inner = [...root_cause, ...failed_shards.flatMap((one) => one.reason ?? []), ...(caused_by ? [caused_by] : [])];
  return inner.some(namesShard);
}
