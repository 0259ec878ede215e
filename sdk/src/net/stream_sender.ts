import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { BoundedQueue } from '../queue/bounded_queue.js';
import { Deque } from '../queue/deque.js';
import { type Entry, sizeOf } from '../queue/entry.js';
import { digitsOf, FrameWriter } from './frame_writer.js';
import type { Sender, SenderEvents } from './sender.js';
import { openSocket } from './socket.js';
import type { Target } from './target.js';

export interface StreamOptions {
  connectTimeoutMs: number;
  mark: string;
}

/**
 * Sends messages over TCP or TLS with octet counting (RFC 6587 section 3.4.1, RFC 5425 section 4.3). "Delivered" means
 * that the operating system took the bytes: what it holds when the receiver dies is lost, and nobody can know how much.
 */
export class StreamSender implements Sender {
  readonly acknowledges = false;
  readonly inflight = new Deque<Entry>();
  private readonly socket: Socket;
  private readonly writer = new FrameWriter();
  private gathered = 0;
  private ready = false;
  private blocked = false;
  private onEnded: (() => void) | undefined;

  constructor(
    target: Target,
    tls: ConnectionOptions,
    private readonly options: StreamOptions,
    private readonly events: SenderEvents,
  ) {
    this.socket = openSocket(target, tls, options.connectTimeoutMs, {
      onConnect: () => {
        this.ready = true;
        events.onReady();
      },
      // A syslog receiver says nothing; reading on makes its FIN visible.
      onData: () => {},
      onDrain: () => {
        this.blocked = false;
        events.onRoom();
      },
      onClose: (error) => {
        this.ready = false;
        events.onDown(error);
        this.onEnded?.();
      },
    });
  }

  pump(queue: BoundedQueue): void {
    const { writer, inflight, options } = this;
    if (!this.ready) return;
    while (!this.blocked) {
      const entry = queue.peek();
      if (entry === undefined) break;
      const mark = entry.sends > 0 ? options.mark : '';
      const size = sizeOf(entry) + mark.length;
      const framed = size + digitsOf(size) + 1;
      if (writer.isFullFor(framed)) this.write();
      if (this.blocked) break;
      queue.take();
      writer.reserve(framed);
      writer.number(size);
      writer.byte(0x20);
      writer.message(entry, mark);
      entry.sends += 1;
      inflight.push(entry);
      this.gathered += 1;
    }
    this.write();
  }

  async end(timeoutMs: number): Promise<void> {
    if (this.socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.socket.destroy(), timeoutMs);
      this.onEnded = () => {
        clearTimeout(timer);
        resolve();
      };
      // Half-close: the receiver reads to the end, then closes its side.
      if (this.ready) this.socket.end();
      else this.socket.destroy();
    });
  }

  destroy(): void {
    this.socket.destroy();
  }

  hold(on: boolean): void {
    if (on) this.socket.ref();
    else this.socket.unref();
  }

  private write(): void {
    if (this.writer.used === 0) return;
    const { chunk, whole } = this.writer.finish();
    const count = this.gathered;
    this.gathered = 0;
    this.blocked = !this.socket.write(chunk, (error) => {
      if (error) return;
      this.writer.recycle(whole);
      for (let i = 0; i < count; i += 1) this.events.onDelivered(this.inflight.shift() as Entry);
    });
  }
}
