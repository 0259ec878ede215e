import { asError, ProtocolError } from '../errors.js';
import type { BoundedQueue } from '../queue/bounded_queue.js';
import type { DropLedger } from '../queue/drops.js';
import type { Entry } from '../queue/entry.js';
import type { Warn } from '../warn.js';
import { AddressTurn } from './addresses.js';
import { Attempt } from './attempt.js';
import type { BackoffOptions } from './backoff.js';
import { openSender, type SenderOptions } from './open_sender.js';
import { Route } from './route.js';
import type { Sender } from './sender.js';
import type { Target } from './target.js';

export interface ShipperOptions extends SenderOptions {
  /** In order of preference. After a lost connection the first one is tried first again. */
  targets: readonly Target[];
  backoff: BackoffOptions;
}

export interface ShipperEvents {
  onDelivered(entry: Entry): void;
  /** The entry is given up and counted. */
  onLost(entry: Entry): void;
  /** The queue has fewer waiting entries than before: refill it, wake who waits for room. */
  onRoom(): void;
  onWarn: Warn;
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
/** How often at most an attempt is made at once because someone waits for a flush. */
const HURRY_EVERY_MS = 1000;

/** Keeps one connection to one of the targets and moves the queue's messages over it. */
export class Shipper {
  private sender: Sender | undefined;
  private state: ConnectionState = 'connecting';
  private readonly route: Route;
  /** The addresses of the target whose turn it is. */
  private addresses: AddressTurn | undefined;
  private attempt = new Attempt();
  private retryAt = 0;
  private reasonGiven = false;
  private connects = 0;
  private lastError: Error | null = null;
  private retry: NodeJS.Timeout | undefined;
  private scheduled = false;
  private deferred = false;
  private pumping = false;
  private held = false;
  private readonly refusals = new WeakMap<Entry, number>();

  constructor(
    private readonly options: ShipperOptions,
    private readonly queue: BoundedQueue,
    private readonly drops: DropLedger,
    private readonly events: ShipperEvents,
  ) {
    this.route = new Route(options.targets.length, options.backoff);
    this.connect();
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
    if (this.scheduled || this.deferred) return;
    this.scheduled = true;
    setImmediate(this.onTurn);
  }

  /** While on, nothing is scheduled for what is new in the queue: the event loop is about to end. */
  defer(on: boolean): void {
    this.deferred = on;
  }

  /** Whether the connection and its retries may keep the process alive. */
  hold(on: boolean): void {
    this.held = on;
    this.sender?.hold(on);
    if (on) this.retry?.ref();
    else this.retry?.unref();
  }

  /** Someone waits for a flush: the pause before the next attempt is cut short. */
  hurry(): void {
    if (this.state !== 'waiting') return;
    const at = this.attempt.startedAt + HURRY_EVERY_MS;
    if (at < this.retryAt) this.retryIn(Math.max(0, at - performance.now()));
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
    } catch (error) {
      // It runs in timers and in log calls, where nothing may be thrown: this connection ends instead.
      this.dropSender(asError(error));
    } finally {
      this.pumping = false;
    }
  }

  private target(): Target {
    return this.options.targets[this.route.current] as Target;
  }

  private connect(): void {
    const target = this.target();
    this.state = 'connecting';
    this.attempt = new Attempt();
    this.addresses ??= new AddressTurn(target.host);
    let sender: Sender | undefined;
    const mine = () => sender !== undefined && this.sender === sender;
    try {
      sender = openSender(target, this.addresses, this.options, {
        onReady: () => void (mine() && this.onReady()),
        onDelivered: (entry) => this.onDelivered(entry),
        onRoom: () => this.pump(),
        onRefused: (entry, reason) => this.onRefused(entry, reason),
        onTooLarge: (entry) => this.onTooLarge(entry),
        onWarn: (error) => void (mine() && this.events.onWarn(error)),
        onDown: (error) => void (mine() && this.onDown(error)),
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
    this.attempt.onReady();
    this.connects += 1;
    this.pump();
  }

  private onDelivered(entry: Entry): void {
    this.attempt.onDelivered();
    this.events.onDelivered(entry);
  }

  private onRefused(entry: Entry, reason: string): void {
    const count = (this.refusals.get(entry) ?? 0) + 1;
    this.refusals.set(entry, count);
    this.events.onWarn(refusal(this.target(), entry, reason));
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

  private dropSender(error: Error): void {
    const { sender } = this;
    this.onDown(error);
    sender?.destroy();
  }

  private onDown(error: Error): void {
    const stayedUp = this.attempt.hasStayedUp(this.sender?.inflight.length ?? 0);
    this.giveBack(this.sender);
    if (this.state === 'closed') return;
    this.lastError = error;
    this.state = 'waiting';
    this.retryIn(this.nextTurn(stayedUp));
    // The first reason why there is no connection is for those who do not listen, too.
    const important = !stayedUp && !this.reasonGiven;
    if (important) this.reasonGiven = true;
    this.events.onWarn(error, important);
  }

  /** Goes on to the next address of the target, or to the next target. Returns the pause before it. */
  private nextTurn(stayedUp: boolean): number {
    if (!stayedUp && this.addresses?.hasMore) return 0;
    this.addresses = undefined;
    return this.route.leave(stayedUp);
  }

  private retryIn(ms: number): void {
    clearTimeout(this.retry);
    this.retryAt = performance.now() + ms;
    this.retry = setTimeout(() => this.connect(), ms);
    if (!this.held) this.retry.unref();
  }
}

function refusal({ label }: Target, { sequence }: Entry, reason: string): ProtocolError {
  return new ProtocolError(
    'ROTA_RELP_MESSAGE',
    `${label} refused event ${sequence} (${reason.replace(/\s+/g, ' ').slice(0, 200)}). It is offered ${MAX_REFUSALS} times in all; see the receiver's own log for the reason.`,
  );
}
