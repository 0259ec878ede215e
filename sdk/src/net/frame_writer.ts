import type { Entry } from '../queue/entry.js';

/** Bytes of one write to a socket. */
const BATCH_BYTES = 64 * 1024;
const SPARE = 8;

/**
 * Gathers framed messages into buffers for the socket: many messages a system call, one copy a message. Buffers are
 * used again after their write is done.
 */
export class FrameWriter {
  buffer: Buffer = Buffer.allocUnsafeSlow(BATCH_BYTES);
  used = 0;
  private readonly spare: Buffer[] = [];

  /** True when `bytes` more do not fit; then write out `finish()` first. */
  isFullFor(bytes: number): boolean {
    return this.used > 0 && this.used + bytes > this.buffer.length;
  }

  /** ASCII text, such as a frame's head. */
  text(text: string): void {
    const { buffer } = this;
    let { used } = this;
    for (let i = 0; i < text.length; i += 1) {
      buffer[used] = text.charCodeAt(i);
      used += 1;
    }
    this.used = used;
  }

  /** A number in decimal digits. */
  number(value: number): void {
    const { buffer } = this;
    let rest = value;
    let at = this.used + digitsOf(value);
    this.used = at;
    do {
      const next = Math.floor(rest / 10);
      at -= 1;
      buffer[at] = 0x30 + rest - next * 10;
      rest = next;
    } while (rest > 0);
  }

  byte(value: number): void {
    this.buffer[this.used] = value;
    this.used += 1;
  }

  /** The message; a repeat gets `mark` (an SD-ELEMENT) put in front of its STRUCTURED-DATA. */
  message(entry: Entry, mark: string): void {
    const { bytes } = entry.slab;
    let from = entry.start;
    if (mark !== '') {
      from += entry.sdAt;
      this.used += bytes.copy(this.buffer, this.used, entry.start, from);
      this.text(mark);
    }
    this.used += bytes.copy(this.buffer, this.used, from, entry.end);
  }

  /** Makes room for one frame of `bytes`, however large. Only when nothing is gathered. */
  reserve(bytes: number): void {
    if (this.used === 0 && this.buffer.length < bytes) this.buffer = Buffer.allocUnsafeSlow(bytes);
  }

  /** What was gathered; the next one starts. Hand the whole back by `recycle(chunk.buffer owner)` after the write. */
  finish(): { chunk: Buffer; whole: Buffer } {
    const whole = this.buffer;
    const chunk = whole.subarray(0, this.used);
    this.buffer = this.spare.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES);
    this.used = 0;
    return { chunk, whole };
  }

  recycle(whole: Buffer): void {
    if (whole.length === BATCH_BYTES && this.spare.length < SPARE) this.spare.push(whole);
  }
}

export function digitsOf(value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits += 1;
  return digits;
}
