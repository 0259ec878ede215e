import { join } from 'node:path';
import { decodeLedger, encodeSlot, LEDGER_SLOT, type LedgerState, type Position } from './ledger.js';
import { closeQuietly, type SpoolFs } from './spool_fs.js';

const DELAY_MS = 50;

/** Writes the ledger a little later, so that many acknowledgements cost one write. */
export class LedgerFile {
  private fd: number | undefined;
  private turn: number;
  private timer: NodeJS.Timeout | undefined;
  private pending: Position | undefined;
  /** What the file said when it was opened. */
  readonly found: LedgerState | undefined;

  constructor(
    private readonly fs: SpoolFs,
    private readonly folder: string,
  ) {
    this.found = decodeLedger(this.read());
    this.turn = this.found?.turn ?? 0;
  }

  /** Notes the position; it is on disk within 50 ms. */
  set(position: Position): void {
    this.pending = position;
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => this.flush(), DELAY_MS);
    this.timer.unref();
  }

  /** Writes now. Never throws: an old ledger only means repeats. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.pending === undefined) return;
    try {
      this.fd ??= this.open();
      this.turn += 1;
      const slot = encodeSlot({ ...this.pending, turn: this.turn });
      this.fs.writeSync(this.fd, slot, 0, LEDGER_SLOT, (this.turn % 2) * LEDGER_SLOT);
      this.pending = undefined;
    } catch {
      // Tried again with the next acknowledgement.
    }
  }

  close(): void {
    this.flush();
    if (this.fd !== undefined) closeQuietly(this.fs, this.fd);
    this.fd = undefined;
  }

  /** Closes it and removes the file. */
  remove(): void {
    this.pending = undefined;
    this.close();
    try {
      this.fs.unlinkSync(this.path);
    } catch {
      // There was none yet.
    }
  }

  private get path(): string {
    return join(this.folder, 'ledger');
  }

  private open(): number {
    try {
      return this.fs.openSync(this.path, 'r+');
    } catch {
      return this.fs.openSync(this.path, 'w+');
    }
  }

  private read(): Buffer {
    const bytes = Buffer.alloc(2 * LEDGER_SLOT);
    let fd: number | undefined;
    try {
      fd = this.fs.openSync(this.path, 'r');
      return bytes.subarray(0, this.fs.readSync(fd, bytes, 0, bytes.length, 0));
    } catch {
      return Buffer.alloc(0);
    } finally {
      if (fd !== undefined) closeQuietly(this.fs, fd);
    }
  }
}
