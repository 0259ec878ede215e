import { type ConnectionStats, Shipper } from './net/shipper.js';
import { resolveTls } from './net/tls_options.js';
import type { Settings } from './options.js';
import { BoundedQueue } from './queue/bounded_queue.js';
import { DropLedger } from './queue/drops.js';
import { type Entry, sizeOf } from './queue/entry.js';
import { SlabPool } from './queue/slab.js';
import { SOFTWARE, VERSION } from './version.js';

export interface FlushResult {
  /** True when everything logged before the call was delivered. */
  delivered: boolean;
  /** Events that are still undelivered. */
  remaining: number;
}

export interface OutboxEvents {
  onWarn(error: Error): void;
}

/** Bytes that are worth a write within the turn of the event loop that logs them. */
const WRITE_NOW_BYTES = 32 * 1024;

/** Everything between an encoded message and its delivery: queue, connection, and who waits for them. */
export class Outbox {
  readonly drops = new DropLedger();
  readonly queue: BoundedQueue;
  readonly shipper: Shipper;
  private readonly pool = new SlabPool();
  private unsentBytes = 0;
  private settled = 0;
  private readonly waiters = new Set<() => void>();
  private readonly roomWaiters = new Set<() => void>();

  constructor(
    settings: Settings,
    private readonly events: OutboxEvents,
  ) {
    this.queue = new BoundedQueue(settings.queue, this.pool, this.drops);
    const options = {
      targets: settings.targets,
      tls: resolveTls(settings.tls),
      backoff: settings.backoff,
      window: settings.window,
      connectTimeoutMs: settings.connectTimeoutMs,
      ackTimeoutMs: settings.ackTimeoutMs,
      software: `${SOFTWARE} ${VERSION}`,
      mark: `[rota@${settings.enterpriseId} resend="1"]`,
    };
    this.shipper = new Shipper(options, this.queue, this.drops, {
      onDelivered: (entry) => this.onDelivered(entry),
      onRoom: () => this.onRoom(),
      onWarn: (error) => this.events.onWarn(error),
    });
  }

  /** Delivered events (acknowledged where the protocol acknowledges). */
  get delivered(): number {
    return this.settled;
  }

  get undelivered(): number {
    return this.queue.held;
  }

  /** Takes one message. `force` is for our own reports, which a full queue must not lose. */
  submit(text: string, sdAt: number, sequence: number, force = false): void {
    const entry = this.pool.store(text, sdAt, sequence);
    if (force) this.queue.add(entry);
    else if (!this.queue.offer(entry)) return;
    this.unsentBytes += sizeOf(entry);
    const now = this.unsentBytes >= WRITE_NOW_BYTES;
    if (now) this.unsentBytes = 0;
    this.shipper.wake(now);
  }

  /** Resolves when the queue has room again. */
  async ready(): Promise<void> {
    if (!this.queue.isFull) return;
    await new Promise<void>((resolve) => {
      this.roomWaiters.add(resolve);
      this.hold();
    });
    this.hold();
  }

  /** Waits until all that was submitted is delivered or lost, at most `timeoutMs`. */
  async flush(timeoutMs: number): Promise<FlushResult> {
    const lostBefore = this.drops.total;
    if (this.undelivered > 0) await this.waitForEmpty(timeoutMs);
    const remaining = this.undelivered;
    return { delivered: remaining === 0 && this.drops.total === lostBefore, remaining };
  }

  stats(): ConnectionStats {
    return this.shipper.stats();
  }

  private async waitForEmpty(timeoutMs: number): Promise<void> {
    this.shipper.hurry();
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.waiters.add(done);
      this.hold();
    });
    this.hold();
  }

  /** The connection keeps the process alive only while the application waits for it. */
  private hold(): void {
    this.shipper.hold(this.waiters.size > 0 || this.roomWaiters.size > 0);
  }

  private onDelivered(entry: Entry): void {
    this.settled += 1;
    entry.origin?.settle(entry.origin.segment, entry.origin.end);
    this.queue.release(entry);
    if (this.waiters.size > 0 && this.undelivered === 0) for (const done of [...this.waiters]) done();
  }

  private onRoom(): void {
    if (this.roomWaiters.size === 0 || !this.queue.hasRoom) return;
    for (const resolve of this.roomWaiters) resolve();
    this.roomWaiters.clear();
  }
}
