const SIZE = 256 * 1024;
/** UTF-8 needs at most three bytes for one of JavaScript's characters. */
const BYTES_A_CHARACTER = 3;

/** Writes texts behind each other into larger pieces of memory: one allocation for hundreds of texts. */
export class Slab {
  private piece = Buffer.alloc(0);
  private used = 0;

  /** The text's bytes (UTF-8), a view on a piece that others share. */
  write(text: string): Buffer {
    const most = text.length * BYTES_A_CHARACTER;
    if (most > SIZE) return Buffer.from(text);
    if (this.used + most > this.piece.length) {
      this.piece = Buffer.allocUnsafeSlow(SIZE);
      this.used = 0;
    }
    const start = this.used;
    this.used += this.piece.write(text, start, 'utf8');
    return this.piece.subarray(start, this.used);
  }
}
