import type { Entry } from '../queue/entry.js';
import { digitsOf } from './frame_writer.js';
import { FramedSender } from './framed_sender.js';

/**
 * Sends messages over TCP or TLS with octet counting (RFC 6587 section 3.4.1, RFC 5425 section 4.3). "Delivered" means
 * that the operating system took the bytes: what it holds when the receiver dies is lost, and nobody can know how much.
 */
export class StreamSender extends FramedSender {
  private ready = false;

  protected get isOpen(): boolean {
    return this.ready;
  }

  protected get window(): number {
    return Number.POSITIVE_INFINITY;
  }

  protected overhead(size: number): number {
    return digitsOf(size) + 1;
  }

  protected frame(entry: Entry, size: number, mark: string): void {
    this.writer.number(size);
    this.writer.byte(0x20);
    this.writer.message(entry, mark);
  }

  protected onConnect(): void {
    this.ready = true;
    this.announceReady();
  }

  /** A syslog receiver says nothing; reading on makes its FIN visible. */
  protected onData(): void {}

  protected onWritten(count: number): void {
    for (let i = 0; i < count; i += 1) {
      const entry = this.inflight.shift();
      // Nothing is left when the connection was given up in between.
      if (entry === undefined) return;
      this.events.onDelivered(entry);
    }
  }

  /** Half-close: the receiver reads to the end, then closes its side. */
  protected sayGoodbye(): void {
    this.connection.end();
  }

  protected override onFinished(): void {
    this.ready = false;
  }
}
