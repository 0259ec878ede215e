import Denque from 'denque';
import type { DropLedger } from './drops.js';
import { type Entry, sizeOf } from './entry.js';
import type { SlabPool } from './slab.js';

export type QueuePolicy = 'drop-oldest' | 'drop-newest' | 'wait';

export interface QueueLimits {
  maxEvents: number;
  maxBytes: number;
  policy: QueuePolicy;
}

/** What an entry costs beside its bytes, so that many tiny messages are bounded too. */
const ENTRY_OVERHEAD = 128;
/** `ready()` waits above the first and resolves below the second share of the bounds. */
const FULL_SHARE = 0.75;
const ROOM_SHARE = 0.5;

/**
 * Messages on their way, bounded by count and bytes. An entry counts from `offer` until `release`, so what a connection
 * has in flight is bounded as well; entries come out by `take` in order and go back to the front by `restore`.
 */
export class BoundedQueue {
  private readonly waiting = new Denque<Entry>();
  private events = 0;
  private bytes = 0;

  constructor(
    private readonly limits: QueueLimits,
    private readonly pool: SlabPool,
    private readonly drops: DropLedger,
  ) {}

  /** Entries that no connection has taken. */
  get length(): number {
    return this.waiting.length;
  }

  /** Entries not released yet: waiting and in flight. */
  get held(): number {
    return this.events;
  }

  get heldBytes(): number {
    return this.bytes;
  }

  hasRoomFor(bytes: number): boolean {
    return this.events < this.limits.maxEvents && this.bytes + bytes + ENTRY_OVERHEAD <= this.limits.maxBytes;
  }

  /** Above three quarters of a bound: the application may want to wait. */
  get isFull(): boolean {
    return this.above(FULL_SHARE);
  }

  get hasRoom(): boolean {
    return !this.above(ROOM_SHARE);
  }

  /**
   * Takes the entry in, or by policy drops the oldest waiting ones or this one. What is in flight is never dropped.
   * @returns false when this entry itself was dropped.
   */
  offer(entry: Entry): boolean {
    const size = sizeOf(entry);
    while (!this.hasRoomFor(size)) {
      const oldest = this.limits.policy === 'drop-oldest' ? this.waiting.shift() : undefined;
      if (oldest === undefined) {
        this.drops.add('overflow', entry.sequence);
        this.pool.release(entry);
        return false;
      }
      this.drops.add('overflow', oldest.sequence);
      oldest.origin?.settle();
      this.release(oldest);
    }
    this.add(entry);
    return true;
  }

  /** Takes the entry in whatever the bounds say: for our own few reports, and for what the spool hands back. */
  add(entry: Entry): void {
    this.events += 1;
    this.bytes += sizeOf(entry) + ENTRY_OVERHEAD;
    this.waiting.push(entry);
  }

  peek(): Entry | undefined {
    return this.waiting.peekFront();
  }

  take(): Entry | undefined {
    return this.waiting.shift();
  }

  /** Entries of a lost connection, oldest first, back to the front in the same order; not those that did arrive. */
  restore(entries: Denque<Entry>): void {
    for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
      if (!entry.acknowledged) this.waiting.unshift(entry);
    }
  }

  /** One entry that was taken, to be sent again after those that wait. */
  putBack(entry: Entry): void {
    this.waiting.push(entry);
  }

  /** The entry is delivered or lost: its room is free again. */
  release(entry: Entry): void {
    this.events -= 1;
    this.bytes -= sizeOf(entry) + ENTRY_OVERHEAD;
    this.pool.release(entry);
  }

  private above(share: number): boolean {
    return this.events > this.limits.maxEvents * share || this.bytes > this.limits.maxBytes * share;
  }
}
