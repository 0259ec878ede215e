import { asError, SpoolError } from '../errors.js';
import type { BoundedQueue } from '../queue/bounded_queue.js';
import type { DropCause, DropLedger } from '../queue/drops.js';
import { type Entry, sizeOf, type Ticket } from '../queue/entry.js';
import type { SlabPool } from '../queue/slab.js';
import type { Warn } from '../warn.js';
import { LeftOvers } from './left_overs.js';
import { RECORD_HEAD, writeRecordHead } from './record.js';
import { Spool } from './spool.js';
import { SpoolFolder } from './spool_folder.js';
import { nodeFs, type SpoolFs, trustedOnly } from './spool_fs.js';

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
  onWarn: Warn;
  /** Messages came in from the disk by themselves. */
  onArrival(): void;
  fs?: SpoolFs;
}

export interface SpoolStats {
  /** Bytes on disk, of this process's own spool. */
  bytes: number;
  /** Events that are on disk only. */
  backlog: number;
  /** Events that ended processes and threads had left behind, and that were sent on. */
  adopted: number;
  /** Events that the disk refused; they went on in memory as long as there was room. */
  failed_writes: number;
}

/** Waiting messages below which more are read from the disk, and how many at once. */
const REFILL_BELOW = 2000;
const REFILL_BY = 1000;
/** After a failed write, or a failed read, the disk is left alone for so long. */
const FAILURE_PAUSE_MS = 1000;
const LOOK_EVERY_MS = 10_000;

/** The memory queue and the disk as one queue: memory holds the front, the disk the rest, or in write-through all. */
export class Store {
  private readonly folder: SpoolFolder;
  private readonly path: string;
  private readonly own: Spool;
  private last: Spool | undefined;
  private readonly leftOvers: LeftOvers;
  private readonly timer: NodeJS.Timeout;
  private pausedUntil = 0;
  private readPausedUntil = 0;
  private adoptedEvents = 0;
  private failedWrites = 0;

  /** @throws SpoolError `ROTA_SPOOL_FOLDER` */
  constructor(
    private readonly settings: SpoolSettings,
    private readonly id: string,
    private readonly parts: StoreParts,
  ) {
    this.folder = new SpoolFolder(settings.dir, parts.onWarn);
    this.path = this.folder.create(id);
    const { fs = nodeFs } = parts;
    this.own = this.open(this.path, fs);
    this.leftOvers = new LeftOvers({
      folder: this.folder,
      open: (path) => this.open(path, trustedOnly(fs)),
      read: (spool, count) => this.read(spool, count, true),
      onTrouble: (error) => this.warn('holds what another process left and cannot be read', error),
    });
    this.timer = setInterval(() => this.onTick(), LOOK_EVERY_MS);
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
    if (this.own.backlog > 0) return this.readOwn() > 0;
    const count = this.leftOvers.read(REFILL_BY);
    this.adoptedEvents += count;
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
    this.leftOvers.close();
  }

  /** After `close()`, in the last moments of the process: straight to disk, for the next one. False when that fails. */
  putLast(entry: Entry): boolean {
    try {
      this.last ??= this.open(this.folder.create(`${this.id}-last`), this.parts.fs ?? nodeFs);
      return this.write(entry, false, this.last) === true;
    } catch (error) {
      this.warn('cannot be written', error);
      return false;
    }
  }

  private open(path: string, fs: SpoolFs): Spool {
    const { maxBytes, segmentBytes } = this.settings;
    const { drops, dropOldest } = this.parts;
    return new Spool(path, fs, { maxBytes, segmentBytes, dropOldest }, drops);
  }

  private write(entry: Entry, skip: boolean, spool = this.own): Ticket | true | DropCause {
    if (performance.now() < this.pausedUntil) return 'spool_failed';
    const { bytes } = entry.slab;
    const start = entry.start - RECORD_HEAD;
    writeRecordHead(bytes, start, entry.end, entry.sdAt, entry.sequence);
    try {
      return spool.append(bytes, start, entry.end, entry.sequence, skip) ?? 'spool_full';
    } catch (error) {
      this.failedWrites += 1;
      this.pausedUntil = performance.now() + FAILURE_PAUSE_MS;
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.folder.restore(this.path);
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

  private readOwn(): number {
    if (performance.now() < this.readPausedUntil) return 0;
    try {
      return this.read(this.own, REFILL_BY, false);
    } catch (error) {
      this.readPausedUntil = performance.now() + FAILURE_PAUSE_MS;
      this.warn('cannot be read', error);
      return 0;
    }
  }

  /** @throws what the file system throws */
  private read(spool: Spool, count: number, foreign: boolean): number {
    const { queue, pool } = this.parts;
    return spool.read(count, (message, sdAt, sequence, ticket) => {
      const entry = pool.storeBytes(message, sdAt, foreign ? 0 : sequence, ticket);
      // Its process may have sent it before it ended.
      if (foreign) entry.sends = 1;
      queue.add(entry);
    });
  }

  private onTick(): void {
    this.folder.touch(this.path);
    this.leftOvers.takeOver();
    if (this.refill()) this.parts.onArrival();
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
