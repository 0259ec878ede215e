import Denque from 'denque';
import type { BoundedQueue } from '../queue/bounded_queue.js';
import { type Entry, sizeOf } from '../queue/entry.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { FrameWriter } from './frame_writer.js';
import type { Sender, SenderEvents } from './sender.js';
import type { Target } from './target.js';

export interface FramedOptions {
  /** The SD-ELEMENT that marks a repeat. */
  mark: string;
}

/**
 * The life of one stream connection, from the look-up of its name to its end: frames gathered into large writes, back-pressure,
 * what is on the way. What a frame looks like, when sending may begin and what counts as delivered is the protocol's.
 */
export abstract class FramedSender implements Sender {
  readonly inflight = new Denque<Entry>();
  protected readonly connection: Connection;
  protected readonly target: Target;
  protected readonly writer = new FrameWriter();
  private gathered = 0;
  private blocked = false;
  private down = false;
  private onEnded: (() => void) | undefined;

  constructor(
    options: ConnectionOptions,
    private readonly framing: FramedOptions,
    protected readonly events: SenderEvents,
  ) {
    this.target = options.target;
    this.connection = new Connection(options, {
      onConnect: () => this.onConnect(),
      onData: (chunk) => {
        if (!this.down) this.onData(chunk);
      },
      onDrain: () => {
        this.blocked = false;
        events.onRoom();
      },
      onClose: (error) => this.finish(this.reasonOf(error)),
    });
  }

  /** Whether messages may be sent now. */
  protected abstract get isOpen(): boolean;
  /** How many messages may be on the way. */
  protected abstract get window(): number;
  /** Bytes of a frame beside its message of `size` bytes, at most. */
  protected abstract overhead(size: number): number;
  /** Writes one frame; `size` is that of the message and its mark. */
  protected abstract frame(entry: Entry, size: number, mark: string): void;
  protected abstract onConnect(): void;
  protected abstract onData(chunk: Buffer): void;
  /** The operating system has the oldest `count` messages that were written. */
  protected abstract onWritten(count: number): void;
  /** Begins the protocol's orderly end, after which the receiver closes. */
  protected abstract sayGoodbye(): void;

  /** What to tell when the socket closed by itself. */
  protected reasonOf(error: Error): Error {
    return error;
  }

  pump(queue: BoundedQueue): void {
    const { writer, inflight, framing } = this;
    if (this.down || !this.isOpen) return;
    const window = this.window;
    while (!this.blocked && inflight.length < window) {
      const entry = queue.peek();
      if (entry === undefined) break;
      const mark = entry.sends > 0 ? framing.mark : '';
      const size = sizeOf(entry) + mark.length;
      const framed = size + this.overhead(size);
      if (writer.isFullFor(framed)) this.write();
      if (this.blocked) break;
      queue.take();
      // At once: what throws from here on must not lose it.
      inflight.push(entry);
      writer.reserve(framed);
      this.frame(entry, size, mark);
      entry.sends += 1;
      this.gathered += 1;
    }
    this.write();
  }

  async end(timeoutMs: number): Promise<void> {
    if (this.down) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.connection.destroy(), timeoutMs);
      this.onEnded = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.isOpen) this.sayGoodbye();
      else this.connection.destroy();
    });
  }

  destroy(): void {
    this.connection.destroy();
  }

  hold(on: boolean): void {
    this.connection.hold(on);
  }

  /** Messages may be sent from now on. */
  protected announceReady(): void {
    this.connection.established();
    this.events.onReady();
  }

  /** Gives the connection up. What the receiver may still say on it no longer counts: the messages go to the next one. */
  protected fail(error: Error): void {
    this.connection.destroy();
    this.finish(error);
  }

  /** The connection is over; called once. */
  protected onFinished(): void {}

  private finish(reason: Error): void {
    if (this.down) return;
    this.down = true;
    this.onFinished();
    this.events.onDown(reason);
    this.onEnded?.();
  }

  private write(): void {
    if (this.writer.used === 0) return;
    const { chunk, whole } = this.writer.finish();
    const count = this.gathered;
    this.gathered = 0;
    this.blocked = !this.connection.write(chunk, (error) => {
      if (error) return;
      this.writer.recycle(whole);
      this.onWritten(count);
    });
  }
}
