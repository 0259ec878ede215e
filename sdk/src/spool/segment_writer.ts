import { join } from 'node:path';
import { SEGMENT_HEAD, segmentHead } from './record.js';
import { closeQuietly, type SpoolFs } from './spool_fs.js';

export function segmentName(segment: number): string {
  return `${String(segment).padStart(10, '0')}.seg`;
}

/** The number of a segment file, or undefined for any other name. */
export function segmentNumber(name: string): number | undefined {
  const match = /^(\d{10})\.seg$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** Appends to one segment file. A write that fails in the middle is taken back, so that the file ends with a record. */
export class SegmentWriter {
  private readonly fd: number;
  /** Where the next record goes; the file's size. */
  position = 0;

  constructor(
    private readonly fs: SpoolFs,
    folder: string,
    readonly segment: number,
  ) {
    // An empty file may be there: this very segment, when the disk was full a moment ago.
    this.fd = fs.openSync(join(folder, segmentName(segment)), 'w');
    try {
      this.append(segmentHead(segment), 0, SEGMENT_HEAD);
    } catch (error) {
      this.close();
      fs.unlinkSync(join(folder, segmentName(segment)));
      throw error;
    }
  }

  /**
   * Appends `bytes[start, end)`, into the operating system's page cache: it survives the end of the process.
   * @throws what the file system throws; the file then ends where it did before
   */
  append(bytes: Buffer, start: number, end: number): void {
    let written = 0;
    try {
      while (start + written < end) {
        const count = this.fs.writeSync(
          this.fd,
          bytes,
          start + written,
          end - start - written,
          this.position + written,
        );
        written += count;
        if (count === 0) throw new Error('the file system wrote nothing');
      }
    } catch (error) {
      if (written > 0) this.fs.ftruncateSync(this.fd, this.position);
      throw error;
    }
    this.position += written;
  }

  close(): void {
    closeQuietly(this.fs, this.fd);
  }
}
