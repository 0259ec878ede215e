/** A connection that lasted so long, and delivered if there was something to deliver, has stayed up. */
const STAYED_UP_MS = 5000;

/** How one attempt at a receiver has gone so far, by the monotonic clock. */
export class Attempt {
  readonly startedAt = performance.now();
  private readyAt: number | undefined;
  private delivered = false;

  onReady(): void {
    this.readyAt = performance.now();
  }

  onDelivered(): void {
    this.delivered = true;
  }

  /**
   * Whether the receiver has proven good: one that takes a message and goes has not.
   * @param unanswered messages that are on their way
   */
  hasStayedUp(unanswered: number): boolean {
    if (this.readyAt === undefined || performance.now() - this.readyAt < STAYED_UP_MS) return false;
    return this.delivered || unanswered === 0;
  }
}
