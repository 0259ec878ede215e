/**
 * Calls `late` once after `ms` of the monotonic clock, unless it is stopped. Never keeps the process alive. An event loop
 * that was busy for longer than that first takes in what has arrived meanwhile.
 */
export class Deadline {
  private readonly timer: NodeJS.Timeout;
  private stopped = false;

  constructor(ms: number, late: () => void) {
    this.timer = setTimeout(() => setImmediate(() => this.stopped || late()), ms);
    this.timer.unref();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }
}
