import { type BackoffOptions, backoffMs } from './backoff.js';

/**
 * Which of several receivers is tried next, and after what pause. The others are tried at once; when all have had their
 * turn there is a pause, which grows until a connection has stayed up. Pure.
 */
export class Route {
  /** The receiver whose turn it is, in order of preference. */
  current = 0;
  /** Attempts since a connection stayed up. */
  private attempts = 0;

  constructor(
    private readonly count: number,
    private readonly backoff: BackoffOptions,
    private readonly random: () => number = Math.random,
  ) {}

  /** The attempt or connection is over. `stayedUp`: it was good, so the first receiver is tried first again. */
  leave(stayedUp: boolean): number {
    if (stayedUp) this.attempts = 0;
    this.attempts += 1;
    if (stayedUp && this.current !== 0) this.current = 0;
    else this.current = (this.current + 1) % this.count;
    return this.attempts % this.count === 0 ? backoffMs(this.attempts / this.count, this.backoff, this.random) : 0;
  }
}
