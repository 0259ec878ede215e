import type { ConnectionOptions } from 'node:tls';
import { asError } from '../errors.js';
import type { BoundedQueue } from '../queue/bounded_queue.js';
import type { DropLedger } from '../queue/drops.js';
import type { Entry } from '../queue/entry.js';
import { type BackoffOptions, backoffMs } from './backoff.js';
import { openSender, type SenderOptions } from './open_sender.js';
import type { Sender } from './sender.js';
import type { Target } from './target.js';

export interface ShipperOptions extends SenderOptions {
  /** In order of preference. After a lost connection the first one is tried first again. */
  targets: readonly Target[];
  tls: ConnectionOptions;
  backoff: BackoffOptions;
}

export interface ShipperEvents {
  onDelivered(entry: Entry): void;
  /** The entry is given up and counted. */
  onLost(entry: Entry): void;
  /** The queue has fewer waiting entries than before: refill it, wake who waits for room. */
  onRoom(): void;
  onWarn(error: Error): void;
}

export type ConnectionState = 'connecting' | 'ready' | 'waiting' | 'closed';

export interface ConnectionStats {
  state: ConnectionState;
  /** The receiver in use, or the last one tried. */
  url: string;
  /** Connections that became ready. */
  connects: number;
  last_error: string | null;
}

/** A message that the receiver refuses so often is given up, so that it cannot block the others for ever. */
const MAX_REFUSALS = 3;

/** Keeps one connection to one of the targets and moves the queue's messages over it. */
export class Shipper {
  private sender: Sender | undefined;
  private state: ConnectionState = 'connecting';
  private next = 0;
  private attempt = 0;
  private connects = 0;
  private lastError: Error | null = null;
  private retry: NodeJS.Timeout | undefined;
  private scheduled = false;
  private pumping = false;
  private held = false;
  private readonly refusals = new WeakMap<Entry, number>();

  constructor(
    private readonly options: ShipperOptions,
    private readonly queue: BoundedQueue,
    private readonly drops: DropLedger,
    private readonly events: ShipperEvents,
  ) {
    this.connect();
  }

  /** True when every delivery is the receiver's own word. */
  get acknowledges(): boolean {
    return this.options.targets.every((t) => t.scheme === 'relp' || t.scheme === 'relps');
  }

  get inflight(): number {
    return this.sender?.inflight.length ?? 0;
  }

  stats(): ConnectionStats {
    return {
      state: this.state,
      url: this.target().label,
      connects: this.connects,
      last_error: this.lastError?.message ?? null,
    };
  }

  /** There is something new in the queue. Sends at the end of this turn of the event loop, or now when it is much. */
  wake(now: boolean): void {
    if (this.state !== 'ready') return;
    if (now) {
      this.pump();
      return;
    }
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.onTurn);
  }

  /** Whether the connection and its retries may keep the process alive. */
  hold(on: boolean): void {
    this.held = on;
    this.sender?.hold(on);
    if (on) this.retry?.ref();
    else this.retry?.unref();
  }

  /** Does not wait for the backoff: used when someone waits for a flush. */
  hurry(): void {
    if (this.state !== 'waiting') return;
    clearTimeout(this.retry);
    this.connect();
  }

  /** Ends the connection in an orderly way. What is not delivered goes back to the queue. */
  async end(timeoutMs: number): Promise<void> {
    const { sender } = this;
    clearTimeout(this.retry);
    this.state = 'closed';
    await sender?.end(timeoutMs);
    this.giveBack(sender);
  }

  /** Ends everything at once; what was in flight is back in the queue afterwards. */
  abort(): void {
    const { sender } = this;
    clearTimeout(this.retry);
    this.state = 'closed';
    this.giveBack(sender);
    sender?.destroy();
  }

  private readonly onTurn = (): void => {
    this.scheduled = false;
    this.pump();
  };

  private pump(): void {
    // Synchronous deliveries (unix sockets) call back from within.
    if (this.pumping || this.state !== 'ready') return;
    this.pumping = true;
    try {
      this.sender?.pump(this.queue);
      this.events.onRoom();
      // onRoom may have brought more from the disk.
      if (this.queue.length > 0) this.sender?.pump(this.queue);
    } finally {
      this.pumping = false;
    }
  }

  private target(): Target {
    return this.options.targets[this.next] as Target;
  }

  private connect(): void {
    const target = this.target();
    this.state = 'connecting';
    let sender: Sender | undefined;
    const mine = () => sender === undefined || this.sender === sender;
    try {
      sender = openSender(target, this.options.tls, this.options, {
        onReady: () => mine() && this.onReady(),
        onDelivered: (entry) => this.onDelivered(entry),
        onRoom: () => this.pump(),
        onRefused: (entry, reason) => this.onRefused(entry, reason),
        onTooLarge: (entry) => this.onTooLarge(entry),
        onDown: (error) => (mine() ? this.onDown(error) : undefined),
      });
    } catch (error) {
      this.onDown(asError(error));
      return;
    }
    this.sender = sender;
    sender.hold(this.held);
  }

  private onReady(): void {
    if (this.state === 'closed') return;
    this.state = 'ready';
    this.connects += 1;
    this.pump();
  }

  private onDelivered(entry: Entry): void {
    // Only what was delivered proves a receiver good; one that accepts and then closes keeps its backoff.
    this.attempt = 0;
    this.events.onDelivered(entry);
  }

  private onRefused(entry: Entry, reason: string): void {
    const count = (this.refusals.get(entry) ?? 0) + 1;
    this.refusals.set(entry, count);
    this.events.onWarn(new Error(`${this.target().label} refused event ${entry.sequence}: ${reason}`));
    if (count >= MAX_REFUSALS) {
      this.drops.add('refused', entry.sequence);
      this.events.onLost(entry);
      return;
    }
    entry.acknowledged = false;
    this.queue.putBack(entry);
  }

  private onTooLarge(entry: Entry): void {
    this.drops.add('too_large', entry.sequence);
    this.events.onLost(entry);
  }

  private giveBack(sender: Sender | undefined): void {
    if (sender !== undefined) this.queue.restore(sender.inflight);
    if (this.sender === sender) this.sender = undefined;
  }

  private onDown(error: Error): void {
    this.giveBack(this.sender);
    if (this.state === 'closed') return;
    this.lastError = error;
    this.events.onWarn(error);
    this.state = 'waiting';
    this.retry = setTimeout(() => this.connect(), this.pause());
    if (!this.held) this.retry.unref();
  }

  /** The other targets are tried at once; only when all have failed is there a pause, and then the first again. */
  private pause(): number {
    const { targets, backoff } = this.options;
    const wasReady = this.attempt === 0 && this.connects > 0 && this.next !== 0;
    this.next = wasReady ? 0 : (this.next + 1) % targets.length;
    this.attempt += 1;
    if (this.next !== 0) return 0;
    return backoffMs(Math.ceil(this.attempt / targets.length), backoff);
  }
}
