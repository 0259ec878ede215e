import { asError, SpoolError } from '../errors.js';
import type { BoundedQueue } from '../queue/bounded_queue.js';
import type { DropCause, DropLedger } from '../queue/drops.js';
import { type Entry, sizeOf, type Ticket } from '../queue/entry.js';
import type { SlabPool } from '../queue/slab.js';
import { RECORD_HEAD, writeRecordHead } from './record.js';
import { Spool } from './spool.js';
import { SpoolFolder } from './spool_folder.js';
import { nodeFs, type SpoolFs } from './spool_fs.js';

export interface SpoolSettings {
  dir: string;
  maxBytes: number;
  /** `overflow`: the disk takes what memory has no room for. `write-through`: it takes every event at once. */
  mode: 'overflow' | 'write-through';
  segmentBytes: number;
}

export interface StoreParts {
  queue: BoundedQueue;
  pool: SlabPool;
  drops: DropLedger;
  dropOldest: boolean;
  onWarn(error: Error): void;
  /** Messages came in from the disk by themselves. */
  onArrival(): void;
  fs?: SpoolFs;
}

export interface SpoolStats {
  /** Bytes on disk, of this process's own spool. */
  bytes: number;
  /** Events that are on disk only. */
  backlog: number;
  /** Events of dead processes that were sent on. */
  adopted: number;
  /** Events that the disk refused; they went on in memory as long as there was room. */
  failed_writes: number;
}

/** Waiting messages below which more are read from the disk, and how many at once. */
const REFILL_BELOW = 2000;
const REFILL_BY = 1000;
/** After a failed write the disk is left alone for so long. */
const FAILURE_PAUSE_MS = 1000;
const ADOPT_EVERY_MS = 10_000;

/** The memory queue and the disk as one queue: memory holds the front, the disk the rest, or in write-through all. */
export class Store {
  private readonly folder: SpoolFolder;
  private readonly path: string;
  private readonly own: Spool;
  private adopted: { spool: Spool; path: string } | undefined;
  private readonly timer: NodeJS.Timeout;
  private pausedUntil = 0;
  private adoptedEvents = 0;
  private failedWrites = 0;

  /** @throws SpoolError `ROTA_SPOOL_FOLDER` */
  constructor(
    private readonly settings: SpoolSettings,
    id: string,
    private readonly parts: StoreParts,
  ) {
    this.folder = new SpoolFolder(settings.dir);
    this.path = this.folder.create(id);
    this.own = this.open(this.path);
    this.timer = setInterval(() => this.onTick(), ADOPT_EVERY_MS);
    this.timer.unref();
    setImmediate(() => this.onTick()).unref();
  }

  /** Events on disk that are not in memory. */
  get backlog(): number {
    return this.own.backlog;
  }

  /** Above three quarters of its bound, when the memory has no room either. */
  get isFull(): boolean {
    return this.own.bytes > this.settings.maxBytes * 0.75;
  }

  stats(): SpoolStats {
    return {
      bytes: this.own.bytes,
      backlog: this.own.backlog,
      adopted: this.adoptedEvents,
      failed_writes: this.failedWrites,
    };
  }

  /** Takes a new message, in order behind all others. `force`: one of our own reports, for which there is always room. */
  put(entry: Entry, force: boolean): void {
    const { queue, pool } = this.parts;
    const keep = this.own.backlog === 0 && (force || queue.hasRoomFor(sizeOf(entry)));
    if (keep && this.settings.mode === 'overflow') {
      queue.add(entry);
      return;
    }
    const written = this.write(entry, keep);
    if (written === true) pool.release(entry);
    else if (typeof written === 'object') {
      entry.origin = written;
      queue.add(entry);
    } else this.withoutDisk(entry, force, written);
  }

  /** Brings messages from the disk into memory when memory runs low. True when there came some. */
  refill(): boolean {
    if (this.parts.queue.length >= REFILL_BELOW) return false;
    if (this.own.backlog > 0) return this.read(this.own, false) > 0;
    if (this.adopted === undefined) return false;
    const count = this.read(this.adopted.spool, true);
    this.adoptedEvents += count;
    if (count === 0) this.finishAdopted();
    return count > 0;
  }

  /**
   * Puts what is left in memory on disk and lets go of everything. Synchronous: it also runs when the process exits.
   * The connection must have given back what it had in flight.
   */
  close(): void {
    clearInterval(this.timer);
    const { queue, drops } = this.parts;
    for (let entry = queue.take(); entry !== undefined; entry = queue.take()) {
      if (entry.origin === null && this.write(entry, false) !== true) drops.add('exit', entry.sequence);
      queue.release(entry);
    }
    this.own.close();
    this.folder.release(this.path);
    this.adopted?.spool.close();
    if (this.adopted !== undefined) this.folder.release(this.adopted.path);
    this.adopted = undefined;
  }

  private open(path: string): Spool {
    const { maxBytes, segmentBytes } = this.settings;
    const { drops, dropOldest, fs = nodeFs } = this.parts;
    return new Spool(path, fs, { maxBytes, segmentBytes, dropOldest }, drops);
  }

  private write(entry: Entry, skip: boolean): Ticket | true | DropCause {
    if (Date.now() < this.pausedUntil) return 'spool_failed';
    const { bytes } = entry.slab;
    const start = entry.start - RECORD_HEAD;
    writeRecordHead(bytes, start, entry.end, entry.sdAt, entry.sequence);
    try {
      return this.own.append(bytes, start, entry.end, entry.sequence, skip) ?? 'spool_full';
    } catch (error) {
      this.failedWrites += 1;
      this.pausedUntil = Date.now() + FAILURE_PAUSE_MS;
      this.warn('cannot be written', error);
      return 'spool_failed';
    }
  }

  /** The disk is full or fails: memory goes on alone, out of order if need be, and then events are lost. */
  private withoutDisk(entry: Entry, force: boolean, cause: DropCause): void {
    const { queue, pool, drops } = this.parts;
    if (force || queue.hasRoomFor(sizeOf(entry))) queue.add(entry);
    else {
      drops.add(cause, entry.sequence);
      pool.release(entry);
    }
  }

  private read(spool: Spool, foreign: boolean): number {
    const { queue, pool } = this.parts;
    try {
      return spool.read(REFILL_BY, (message, sdAt, sequence, ticket) => {
        const entry = pool.storeBytes(message, sdAt, foreign ? 0 : sequence, ticket);
        // Its process may have sent it before it died.
        if (foreign) entry.sends = 1;
        queue.add(entry);
      });
    } catch (error) {
      this.warn('cannot be read', error);
      return 0;
    }
  }

  private onTick(): void {
    this.folder.touch(this.path);
    if (this.adopted !== undefined) {
      this.folder.touch(this.adopted.path);
      if (this.adopted.spool.isDone) this.finishAdopted();
    }
    if (this.adopted === undefined) this.adoptNext();
    if (this.adopted !== undefined && this.refill()) this.parts.onArrival();
  }

  private adoptNext(): void {
    const path = this.folder.adopt();
    if (path === undefined) return;
    try {
      this.adopted = { spool: this.open(path), path };
    } catch (error) {
      this.warn('of a dead process cannot be read', error);
    }
  }

  /** All of it is read; when all is acknowledged too the folder goes. */
  private finishAdopted(): void {
    if (this.adopted === undefined || !this.adopted.spool.isDone) return;
    this.adopted.spool.close();
    this.folder.release(this.adopted.path);
    this.adopted = undefined;
    this.adoptNext();
  }

  private warn(what: string, error: unknown): void {
    const { message } = asError(error);
    this.parts.onWarn(
      new SpoolError(
        'ROTA_SPOOL_DISK',
        `The spool in ${this.settings.dir} ${what} (${message}). Check the space and the permissions there; until then events are kept in memory only.`,
        { cause: error },
      ),
    );
  }
}
