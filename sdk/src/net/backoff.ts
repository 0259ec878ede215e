export interface BackoffOptions {
  /** Milliseconds before the second attempt. */
  minMs: number;
  /** The longest pause, in milliseconds. */
  maxMs: number;
}

/**
 * Pause before attempt `attempt` (1, 2, 3 …): doubled each time up to the cap, of which a random half is taken off, so
 * that many processes that lost one receiver do not come back in step ("equal jitter").
 */
export function backoffMs(attempt: number, options: BackoffOptions, random: () => number = Math.random): number {
  const full = Math.min(options.maxMs, options.minMs * 2 ** Math.min(attempt - 1, 30));
  return full / 2 + (full / 2) * random();
}
