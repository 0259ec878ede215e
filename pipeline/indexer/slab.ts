const SIZE = 256 * 1024;
/** UTF-8 needs at most three bytes for one of JavaScript's characters. */
const BYTES_A_CHARACTER = 3;

/** Writes texts behind each other into larger pieces of memory: one allocation for hundreds of texts. */
export class Slab {
  private free = Buffer.alloc(0);

  /** The text's bytes (UTF-8), a view on a piece that others share. */
  write(text: string): Buffer {
    const most = text.length * BYTES_A_CHARACTER;
    if (most > SIZE) return Buffer.from(text);
    if (most > this.free.length) this.free = Buffer.allocUnsafeSlow(SIZE);
    const length = this.free.write(text);
    const bytes = this.free.subarray(0, length);
    this.free = this.free.subarray(length);
    return bytes;
  }
}
