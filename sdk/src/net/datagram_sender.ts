import Denque from 'denque';
import { ConnectionError } from '../errors.js';
import type { BoundedQueue } from '../queue/bounded_queue.js';
import type { Entry } from '../queue/entry.js';
import { describeFailure } from './connection_errors.js';
import { Deadline } from './deadline.js';
import { FrameWriter } from './frame_writer.js';
import type { Sender, SenderEvents } from './sender.js';
import type { Target } from './target.js';

const MAX_IN_FLIGHT = 64;

/** The few calls that a UDP socket and the native unix socket share. None of them throws. */
export interface DatagramSocket {
  send(bytes: Buffer, done: (error?: Error | null) => void): void;
  close(): void;
  /** Whether it may keep the process alive. */
  hold(on: boolean): void;
}

export interface DatagramEvents {
  /** Once: datagrams may be sent. */
  onReady(): void;
  /** The socket is of no more use. */
  onFailed(error: Error): void;
  /** Trouble that it lives with. */
  onWarn(error: Error): void;
}

/** Opens the socket. Calls none of the events before it has returned. */
export type OpenDatagram = (events: DatagramEvents) => DatagramSocket;

export interface DatagramOptions {
  target: Target;
  timeoutMs: number;
  /** The SD-ELEMENT that marks a repeat. */
  mark: string;
}

/** Sends one message a datagram (RFC 5426). "Delivered" means that the operating system took it. */
export class DatagramSender implements Sender {
  readonly inflight = new Denque<Entry>();
  private readonly writer = new FrameWriter();
  private readonly socket: DatagramSocket;
  private readonly deadline: Deadline;
  private ready = false;
  private down = false;

  constructor(
    open: OpenDatagram,
    private readonly options: DatagramOptions,
    private readonly events: SenderEvents,
  ) {
    const { timeoutMs } = options;
    this.deadline = new Deadline(timeoutMs, () => this.fail(new Error(`not open within ${timeoutMs} ms`)));
    this.socket = open({
      onReady: () => this.onOpen(),
      onFailed: (error) => this.fail(error),
      onWarn: (error) => this.events.onWarn(describeFailure(options.target, error)),
    });
  }

  pump(queue: BoundedQueue): void {
    while (this.ready && !this.down && this.inflight.length < MAX_IN_FLIGHT) {
      const entry = queue.take();
      if (entry === undefined) return;
      this.send(entry);
    }
  }

  async end(): Promise<void> {
    this.destroy();
  }

  destroy(): void {
    const { label } = this.options.target;
    this.fail(new ConnectionError('ROTA_CONNECTION_CLOSED', `The socket to ${label} is closed.`));
  }

  hold(on: boolean): void {
    if (!this.down) this.socket.hold(on);
  }

  private onOpen(): void {
    if (this.down) return;
    this.deadline.stop();
    this.ready = true;
    this.events.onReady();
  }

  private send(entry: Entry): void {
    const mark = entry.sends > 0 ? this.options.mark : '';
    const bytes = mark === '' ? entry.slab.bytes.subarray(entry.start, entry.end) : this.marked(entry, mark);
    entry.sends += 1;
    entry.acknowledged = false;
    this.inflight.push(entry);
    this.socket.send(bytes, (error) => this.onSent(entry, error ?? null));
  }

  private marked(entry: Entry, mark: string): Buffer {
    this.writer.reserve(entry.end - entry.start + mark.length);
    this.writer.message(entry, mark);
    return this.writer.finish().chunk;
  }

  private onSent(entry: Entry, error: Error | null): void {
    if (this.down) return;
    const code = (error as NodeJS.ErrnoException | null)?.code;
    if (error !== null && code !== 'EMSGSIZE') {
      this.fail(error);
      return;
    }
    entry.acknowledged = true;
    while (this.inflight.peekFront()?.acknowledged) this.inflight.shift();
    if (error === null) this.events.onDelivered(entry);
    else this.events.onTooLarge(entry);
    this.events.onRoom();
  }

  private fail(error: Error): void {
    if (this.down) return;
    this.down = true;
    this.ready = false;
    this.deadline.stop();
    this.socket.close();
    this.events.onDown(error instanceof ConnectionError ? error : describeFailure(this.options.target, error));
  }
}
