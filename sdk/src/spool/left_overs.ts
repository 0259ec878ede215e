import type { Spool } from './spool.js';
import type { SpoolFolder } from './spool_folder.js';

/** So many are read from, or wait for acknowledgements, at a time: each may have two files open. */
const MAX_OPEN = 32;

interface LeftOver {
  spool: Spool;
  path: string;
  /** It could not be read; it is tried again when the folders are looked through the next time. */
  failed: boolean;
}

export interface LeftOverParts {
  folder: SpoolFolder;
  /** @throws what the file system throws */
  open(path: string): Spool;
  /** Reads up to `count` messages into the queue; returns how many it were. @throws what the file system throws */
  read(spool: Spool, count: number): number;
  onTrouble(error: unknown): void;
}

/**
 * What ended transports left behind. All of it is taken over at once, since whoever takes a folder must be there to send
 * it, and then read a few folders at a time.
 */
export class LeftOvers {
  private readonly waiting: string[] = [];
  private open: LeftOver[] = [];
  private readonly reported = new Set<string>();

  constructor(private readonly parts: LeftOverParts) {}

  /** Takes over what there is by now, and gives all that is ours a sign of life. */
  takeOver(): void {
    const { folder } = this.parts;
    this.finish();
    for (const path of this.paths()) folder.touch(path);
    for (const one of this.open) one.failed = false;
    this.waiting.push(...folder.takeOver());
    this.openMore();
  }

  /** Reads up to `count` messages from them. Returns how many it were. */
  read(count: number): number {
    let done = 0;
    this.finish();
    for (const one of this.open) {
      if (done >= count) break;
      if (!one.failed) done += this.readOne(one, count - done);
    }
    return done;
  }

  /** Lets go of all; what is undelivered is left to whoever comes. */
  close(): void {
    for (const { spool } of this.open) spool.close();
    for (const path of this.paths()) this.parts.folder.release(path);
    this.open = [];
    this.waiting.length = 0;
  }

  private readOne(one: LeftOver, count: number): number {
    try {
      return this.parts.read(one.spool, count);
    } catch (error) {
      one.failed = true;
      this.trouble(one.path, error);
      return 0;
    }
  }

  /** Reported once for each folder. */
  private trouble(path: string, error: unknown): void {
    if (!this.reported.has(path)) this.parts.onTrouble(error);
    this.reported.add(path);
  }

  private paths(): string[] {
    return [...this.waiting, ...this.open.map(({ path }) => path)];
  }

  /** Of some all is acknowledged: their folders go, and the next ones have their turn. */
  private finish(): void {
    const done = this.open.filter(({ spool }) => spool.isDone);
    if (done.length === 0) return;
    this.open = this.open.filter(({ spool }) => !spool.isDone);
    for (const { spool, path } of done) {
      spool.close();
      this.parts.folder.release(path);
    }
    this.openMore();
  }

  private openMore(): void {
    while (this.open.length < MAX_OPEN) {
      const path = this.waiting.shift();
      if (path === undefined) return;
      try {
        this.open.push({ spool: this.parts.open(path), path, failed: false });
      } catch (error) {
        this.trouble(path, error);
      }
    }
  }
}
