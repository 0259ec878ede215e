import { type ConnectionStats, Shipper } from './net/shipper.js';
import { isSecure, type Target } from './net/target.js';
import { TlsSource } from './net/tls_source.js';
import { loadUnixDgram } from './net/unix_socket.js';
import { BoundedQueue } from './queue/bounded_queue.js';
import { DropLedger } from './queue/drops.js';
import { type Entry, sizeOf } from './queue/entry.js';
import { SlabPool } from './queue/slab.js';
import { LONGEST_TIMER_MS } from './settings/option_table.js';
import type { Settings } from './settings/options.js';
import { RECORD_HEAD } from './spool/record.js';
import { type SpoolStats, Store } from './spool/store.js';
import { SOFTWARE, VERSION } from './version.js';
import { unverified, type Warn } from './warn.js';

export interface FlushResult {
  /** True when everything logged before the call was delivered: acknowledged (RELP), or taken by the operating system. */
  delivered: boolean;
  /** Events that are still undelivered. */
  remaining: number;
}

/** Bytes that are worth a write within the turn of the event loop that logs them. */
const WRITE_NOW_BYTES = 64 * 1024;

/** Everything between an encoded message and its delivery: queue, spool, connection, and who waits for them. */
export class Outbox {
  readonly drops = new DropLedger();
  readonly queue: BoundedQueue;
  readonly shipper: Shipper;
  private readonly store: Store | undefined;
  readonly pool: SlabPool;
  private unsentBytes = 0;
  private settled = 0;
  /** Deliveries that took more than one sending, or were another process's. */
  resent = 0;
  private closed = false;
  private exiting = false;
  private readonly waiters = new Set<() => void>();
  private readonly roomWaiters = new Set<() => void>();

  /** `id` names the spool's folder. @throws SpoolError, ConfigurationError */
  constructor(settings: Settings, id: string, onWarn: Warn) {
    this.pool = new SlabPool(settings.spool === undefined ? 0 : RECORD_HEAD);
    this.queue = new BoundedQueue(settings.queue, this.pool, this.drops);
    const tls = new TlsSource(settings.tls, onWarn);
    if (!tls.verifies && settings.targets.some(({ scheme }) => isSecure(scheme))) warnUnverified(settings, onWarn);
    // As with a wrong path: an error at start, not at the first connection.
    if (settings.targets.some((target) => target.scheme === 'unix')) loadUnixDgram();
    if (settings.spool !== undefined) {
      this.store = new Store(settings.spool, id, {
        queue: this.queue,
        pool: this.pool,
        drops: this.drops,
        dropOldest: settings.queue.policy === 'drop-oldest',
        onWarn,
        onArrival: () => this.shipper.wake(false),
      });
    }
    this.shipper = new Shipper({ ...shipping(settings), tls }, this.queue, this.drops, {
      onDelivered: (entry) => this.onDelivered(entry),
      onLost: (entry) => this.settle(entry),
      onRoom: () => this.onRoom(),
      onWarn,
    });
  }

  get isClosed(): boolean {
    return this.closed;
  }

  get isExiting(): boolean {
    return this.exiting;
  }

  /** Delivered events (acknowledged where the protocol acknowledges). */
  get delivered(): number {
    return this.settled;
  }

  get undelivered(): number {
    return this.queue.held + (this.store?.backlog ?? 0);
  }

  /** Takes one message, whose end may be given as bytes. `force` is for our own reports, which a full queue must not lose. */
  submit(text: string, sdAt: number, sequence: number, force = false, tail?: Uint8Array): void {
    this.take(this.pool.store(text, sdAt, sequence, tail), force);
  }

  /** Takes one message that stands in the pool already. */
  take(entry: Entry, force = false): void {
    if (this.closed) {
      if (!this.exiting || this.store?.putLast(entry) !== true) this.drops.add('exit', entry.sequence);
      this.pool.release(entry);
      return;
    }
    const size = sizeOf(entry);
    if (this.store !== undefined) this.store.put(entry, force);
    else if (force) this.queue.add(entry);
    else if (!this.queue.offer(entry)) return;
    this.unsentBytes += size;
    const now = this.unsentBytes >= WRITE_NOW_BYTES;
    if (now) this.unsentBytes = 0;
    this.shipper.wake(now);
  }

  /** Resolves when the queue has room again. */
  async ready(): Promise<void> {
    if (!this.isFull) return;
    await new Promise<void>((resolve) => {
      this.roomWaiters.add(resolve);
      this.hold();
    });
    this.hold();
  }

  /** Waits until all that was submitted is delivered or lost, at most `timeoutMs`. */
  async flush(timeoutMs: number): Promise<FlushResult> {
    const lostBefore = this.drops.total;
    if (this.undelivered > 0 && !this.closed) await this.waitForEmpty(timeoutMs);
    const remaining = this.undelivered;
    return { delivered: remaining === 0 && this.drops.total === lostBefore, remaining };
  }

  /** Ends the connection in an orderly way, then as `abandon`. */
  async close(timeoutMs: number): Promise<void> {
    if (this.closed) return;
    await this.shipper.end(timeoutMs);
    this.abandon();
  }

  /**
   * Lets go of everything at once; what is undelivered goes to the spool or is counted lost. Synchronous.
   * @param exiting the process ends: what is still submitted goes to disk, too
   */
  abandon(exiting = false): void {
    if (this.closed) return;
    this.closed = true;
    this.exiting = exiting;
    this.shipper.abort();
    if (this.store !== undefined) this.store.close();
    else this.loseAll();
    for (const wake of [...this.waiters, ...this.roomWaiters]) wake();
  }

  connection(): ConnectionStats {
    return this.shipper.stats();
  }

  spool(): SpoolStats | undefined {
    return this.store?.stats();
  }

  private get isFull(): boolean {
    return !this.closed && this.queue.isFull && (this.store === undefined || this.store.isFull);
  }

  private async waitForEmpty(timeoutMs: number): Promise<void> {
    this.shipper.hurry();
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiters.delete(done);
        resolve();
      };
      // What has arrived while the event loop was busy is taken in first.
      const timer = setTimeout(() => setImmediate(done), Math.min(timeoutMs, LONGEST_TIMER_MS));
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
    if (entry.sequence > 0) this.settled += 1;
    if (entry.sends > 1) this.resent += 1;
    this.settle(entry);
  }

  private settle(entry: Entry): void {
    entry.origin?.settle();
    this.queue.release(entry);
    if (this.waiters.size > 0 && this.undelivered === 0) for (const done of [...this.waiters]) done();
    if (this.roomWaiters.size > 0) this.wakeForRoom();
  }

  private onRoom(): void {
    this.store?.refill();
    this.wakeForRoom();
  }

  private wakeForRoom(): void {
    if (this.roomWaiters.size === 0 || (this.isFull && !this.queue.hasRoom)) return;
    for (const resolve of this.roomWaiters) resolve();
    this.roomWaiters.clear();
  }

  private loseAll(): void {
    for (let entry = this.queue.take(); entry !== undefined; entry = this.queue.take()) {
      this.drops.add('exit', entry.sequence);
      this.queue.release(entry);
    }
  }
}

/** After the constructor, when whoever made the logger listens. */
function warnUnverified(settings: Settings, onWarn: Warn): void {
  const { label } = settings.targets.find(({ scheme }) => isSecure(scheme)) as Target;
  const error = unverified(label, 'tls.rejectUnauthorized false', 'tls.caFile');
  process.nextTick(() => onWarn(error, true));
}

function shipping(settings: Settings) {
  return {
    targets: settings.targets,
    backoff: settings.backoff,
    window: settings.window,
    connectTimeoutMs: settings.connectTimeoutMs,
    ackTimeoutMs: settings.ackTimeoutMs,
    software: `${SOFTWARE} ${VERSION}`,
    mark: `[sdk@${settings.enterpriseId} resend="1"]`,
  };
}
