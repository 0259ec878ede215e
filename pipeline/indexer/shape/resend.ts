/**
 * Tells what may have come before. Senders count: a file's line has its offset, an SDK's event its sequence. From a
 * sender that this process has followed for a while, a position beyond the highest one seen is new; anything else may
 * be a repeat (an agent that was killed reads again, an SDK sends again what was not acknowledged). A "maybe" costs one
 * look-up, a wrong "no" a double after a rollover, so what is not known is a maybe.
 */
export class ResendMemory {
  private readonly senders = new Map<string, { since: number; highest: number }>();

  /**
   * @param settleMs how long a sender new to this process stays a "maybe": longer than it takes to read again what it
   *   had sent before
   */
  constructor(
    private readonly settleMs = 120_000,
    private readonly capacity = 20_000,
  ) {}

  /** @param position grows with each event of this sender, or starts again at 0 (a file was rotated) */
  mayBeResend(sender: string, position: number, now: number): boolean {
    const known = this.senders.get(sender);
    if (!known) {
      if (this.senders.size >= this.capacity) this.senders.delete(this.senders.keys().next().value as string);
      this.senders.set(sender, { since: now, highest: position });
      return true;
    }
    if (position <= known.highest) {
      if (position === 0) {
        known.since = now;
        known.highest = 0;
      }
      return true;
    }
    known.highest = position;
    return now - known.since < this.settleMs;
  }
}
