import { join } from 'node:path';
import { isSegmentHead, readRecord, SEGMENT_HEAD } from './record.js';
import { segmentName } from './segment_writer.js';
import { closeQuietly, type SpoolFs } from './spool_fs.js';

/** What is read from the disk at once. */
const CHUNK = 256 * 1024;

export interface StoredMessage {
  /** A view that is valid until the next call. */
  message: Buffer;
  sdAt: number;
  sequence: number;
  /** Where the record ends in its segment. */
  end: number;
}

export interface Damage {
  /** The sequence of the lost event; 0 when unknown. */
  sequence: number;
}

/** Reads one segment from a position on, also while it is still written. */
export class SegmentReader {
  private readonly fd: number;
  private chunk: Buffer = Buffer.alloc(0);
  /** Where `chunk` lies in the file. */
  private chunkAt = 0;

  constructor(
    private readonly fs: SpoolFs,
    folder: string,
    readonly segment: number,
    public position: number,
  ) {
    this.fd = fs.openSync(join(folder, segmentName(segment)), 'r');
    const head = Buffer.alloc(SEGMENT_HEAD);
    const read = fs.readSync(this.fd, head, 0, SEGMENT_HEAD, 0);
    // A segment that was torn in its head holds nothing.
    if (!isSegmentHead(head.subarray(0, read), segment)) this.position = Number.POSITIVE_INFINITY;
    this.position = Math.max(this.position, SEGMENT_HEAD);
  }

  /**
   * The next message, undefined at the end (for now, when the segment is still written). What is damaged goes to
   * `onDamage`; a record cut off at the end of the file is not damage but a write that never was completed.
   */
  next(onDamage: (damage: Damage) => void): StoredMessage | undefined {
    for (;;) {
      if (this.position === Number.POSITIVE_INFINITY) return undefined;
      const result = readRecord(this.chunk, this.position - this.chunkAt);
      if (result.kind === 'record') {
        this.position = this.chunkAt + result.next;
        return { message: result.message, sdAt: result.sdAt, sequence: result.sequence, end: this.position };
      }
      if (result.kind === 'damaged') {
        this.position = this.chunkAt + result.next;
        onDamage({ sequence: result.sequence });
      } else if (result.kind === 'lost') {
        this.position = Number.POSITIVE_INFINITY;
        onDamage({ sequence: 0 });
      } else if (!this.load(this.chunkAt + result.need)) return undefined;
    }
  }

  close(): void {
    closeQuietly(this.fs, this.fd);
  }

  /** Loads from the current position at least up to `need`. False when the file ends before that. */
  private load(need: number): boolean {
    const length = Math.max(CHUNK, need - this.position);
    const chunk = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const count = this.fs.readSync(this.fd, chunk, filled, length - filled, this.position + filled);
      if (count === 0) break;
      filled += count;
    }
    this.chunk = chunk.subarray(0, filled);
    this.chunkAt = this.position;
    return this.chunkAt + filled >= need;
  }
}
