import { join } from 'node:path';
import { segmentName, segmentNumber } from './segment_writer.js';
import type { SpoolFs } from './spool_fs.js';

export interface Segment {
  bytes: number;
  /** Records that were not read yet; NaN in what another process left, where nobody counted. */
  unread: number;
  /** The sequences of its first and last record, for reports of loss. */
  first: number;
  last: number;
}

/** The segments of one spool folder, oldest first. */
export class SegmentTable {
  private readonly segments = new Map<number, Segment>();
  private total = 0;
  /** The highest number ever used; numbers are not used again. */
  newest = 0;

  constructor(
    private readonly fs: SpoolFs,
    private readonly folder: string,
  ) {}

  get bytes(): number {
    return this.total;
  }

  get oldest(): number | undefined {
    const [first] = this.segments.keys();
    return first;
  }

  /** Takes in the files that are in the folder; those before `from` are removed. */
  scan(from: number): void {
    const numbers = this.fs.readdirSync(this.folder).map(segmentNumber);
    const found = numbers.filter((n): n is number => n !== undefined).sort((a, b) => a - b);
    for (const number of found) {
      const bytes = this.fs.fileSize(join(this.folder, segmentName(number)));
      this.add(number, { bytes, unread: Number.NaN, first: 0, last: 0 });
      if (number < from) this.remove(number);
    }
  }

  add(number: number, segment: Segment): void {
    this.segments.set(number, segment);
    this.total += segment.bytes;
    this.newest = Math.max(this.newest, number);
  }

  get(number: number): Segment | undefined {
    return this.segments.get(number);
  }

  has(number: number): boolean {
    return this.segments.has(number);
  }

  numbers(): IterableIterator<number> {
    return this.segments.keys();
  }

  /** A record was appended. */
  grow(segment: Segment, bytes: number, sequence: number): void {
    segment.bytes += bytes;
    this.total += bytes;
    if (segment.first === 0) segment.first = sequence;
    segment.last = sequence;
  }

  /** The segment after `number`, or the number that the next one will have. */
  following(number: number): number {
    for (const other of this.segments.keys()) if (other > number) return other;
    return Math.max(number, this.newest) + 1;
  }

  remove(number: number): void {
    this.total -= this.segments.get(number)?.bytes ?? 0;
    this.segments.delete(number);
    try {
      this.fs.unlinkSync(join(this.folder, segmentName(number)));
    } catch {
      // It stays, is found again at the next start, and its repeats are dropped by their ids.
    }
  }
}
