import type { Entry, Slab, Ticket } from './entry.js';

/** Bytes of one slab; a larger message gets a slab of its own. */
export const SLAB_BYTES = 256 * 1024;
const SPARE_SLABS = 4;
const NOTHING = new Uint8Array(0);

/**
 * Keeps encoded messages in a few large buffers instead of one Buffer or string a message: the garbage collector has
 * nothing to move, and a slab is used again as soon as its last message is acknowledged.
 */
export class SlabPool {
  /** `headroom`: bytes kept free in front of each message, where the spool puts its record's head. */
  constructor(private readonly headroom = 0) {}

  private current: Slab = newSlab(SLAB_BYTES);
  private readonly spare: Slab[] = [];

  /**
   * Stores `text` as UTF-8, and `tail` behind it. `sdAt` is where its STRUCTURED-DATA begins, counted from the start of
   * the text.
   */
  store(text: string, sdAt: number, sequence: number, tail: Uint8Array = NOTHING): Entry {
    const slab = this.room(text.length * 3 + tail.length + this.headroom);
    const start = slab.used + this.headroom;
    let end = start + slab.bytes.write(text, start, 'utf8');
    if (tail.length > 0) {
      slab.bytes.set(tail, end);
      end += tail.length;
    }
    return keep(slab, start, end, sdAt, sequence, null);
  }

  /** A slab with room for a message of `bytes`, which the caller writes from `startIn` on and then gives to `keep`. */
  open(bytes: number): Slab {
    return this.room(bytes + this.headroom);
  }

  startIn(slab: Slab): number {
    return slab.used + this.headroom;
  }

  /** Takes in what was written to an open slab. */
  keep(slab: Slab, start: number, end: number, sdAt: number, sequence: number): Entry {
    return keep(slab, start, end, sdAt, sequence, null);
  }

  /** Stores a copy of bytes that are encoded already (read back from a spool). */
  storeBytes(source: Uint8Array, sdAt: number, sequence: number, origin: Ticket | null): Entry {
    const slab = this.room(source.length + this.headroom);
    const start = slab.used + this.headroom;
    slab.bytes.set(source, start);
    return keep(slab, start, start + source.length, sdAt, sequence, origin);
  }

  /** Gives the memory of an entry back. Call it once an entry, when it is acknowledged or dropped. */
  release(entry: Entry): void {
    const { slab } = entry;
    slab.live -= 1;
    if (slab.live > 0) return;
    if (slab === this.current) {
      slab.used = 0;
      return;
    }
    if (slab.bytes.length === SLAB_BYTES && this.spare.length < SPARE_SLABS) {
      slab.used = 0;
      this.spare.push(slab);
    }
  }

  private room(bytes: number): Slab {
    const { current } = this;
    if (current.bytes.length - current.used >= bytes) return current;
    // A huge message must not leave a huge slab behind as the one that the small ones share.
    if (bytes > SLAB_BYTES) return newSlab(bytes);
    this.current = this.spare.pop() ?? newSlab(SLAB_BYTES);
    return this.current;
  }
}

function newSlab(bytes: number): Slab {
  return { bytes: Buffer.allocUnsafeSlow(bytes), used: 0, live: 0 };
}

function keep(slab: Slab, start: number, end: number, sdAt: number, sequence: number, origin: Ticket | null): Entry {
  slab.used = end;
  slab.live += 1;
  return { slab, start, end, sdAt, sequence, sends: 0, acknowledged: false, origin };
}
