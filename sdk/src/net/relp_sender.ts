import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { asError, ConnectionError, ProtocolError } from '../errors.js';
import type { BoundedQueue } from '../queue/bounded_queue.js';
import { Deque } from '../queue/deque.js';
import { type Entry, sizeOf } from '../queue/entry.js';
import { RelpSession } from '../relp/session.js';
import { FrameWriter } from './frame_writer.js';
import type { Sender, SenderEvents } from './sender.js';
import { openSocket } from './socket.js';
import type { Target } from './target.js';

export interface RelpOptions {
  /** Unanswered messages at most. */
  window: number;
  connectTimeoutMs: number;
  /** Without an answer for so long the connection is given up. */
  ackTimeoutMs: number;
  software: string;
  /** The SD-ELEMENT that marks a repeat. */
  mark: string;
}

/** TXNR, command, DATALEN, spaces and LF at their longest. */
const FRAME_OVERHEAD = 9 + 8 + 9 + 2;

/** Sends messages over RELP or RELP/TLS and believes only the receiver's own answers. */
export class RelpSender implements Sender {
  readonly acknowledges = true;
  readonly inflight = new Deque<Entry>();
  private readonly socket: Socket;
  private readonly session: RelpSession;
  private readonly writer = new FrameWriter();
  private blocked = false;
  private down = false;
  private failure: Error | undefined;
  private lastProgress = Date.now();
  private readonly watch: NodeJS.Timeout;
  private onEnded: (() => void) | undefined;

  constructor(
    private readonly target: Target,
    tls: ConnectionOptions,
    private readonly options: RelpOptions,
    private readonly events: SenderEvents,
  ) {
    this.session = new RelpSession(
      {
        onOpen: () => {
          this.lastProgress = Date.now();
          events.onReady();
        },
        onAnswer: (index, ok, reason) => this.onAnswer(index, ok, reason),
        onServerClose: () =>
          this.fail(
            new ConnectionError(
              'ROTA_CONNECTION_CLOSED',
              `${target.label} is closing; the SDK connects again by itself.`,
            ),
          ),
        onClosed: () => this.socket.end(),
      },
      options.software,
    );
    this.socket = openSocket(target, tls, options.connectTimeoutMs, {
      onConnect: () => this.socket.write(this.session.open(), 'latin1'),
      onData: (chunk) => this.onData(chunk),
      onDrain: () => {
        this.blocked = false;
        events.onRoom();
      },
      onClose: (error) => this.onClose(error),
    });
    this.watch = setInterval(() => this.checkProgress(), Math.min(1000, options.ackTimeoutMs / 2));
    this.watch.unref();
  }

  pump(queue: BoundedQueue): void {
    const { writer, inflight, session, options } = this;
    if (this.down || session.state !== 'open') return;
    if (inflight.length === 0) this.lastProgress = Date.now();
    while (!this.blocked && inflight.length < options.window) {
      const entry = queue.peek();
      if (entry === undefined) break;
      const mark = entry.sends > 0 ? options.mark : '';
      const size = sizeOf(entry) + mark.length;
      if (writer.isFullFor(size + FRAME_OVERHEAD)) this.write();
      if (this.blocked) break;
      queue.take();
      writer.reserve(size + FRAME_OVERHEAD);
      writer.number(session.take());
      writer.text(' syslog ');
      writer.number(size);
      writer.byte(0x20);
      writer.message(entry, mark);
      writer.byte(0x0a);
      entry.sends += 1;
      inflight.push(entry);
    }
    this.write();
  }

  async end(timeoutMs: number): Promise<void> {
    if (this.down) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.socket.destroy(), timeoutMs);
      this.onEnded = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.session.state === 'open') this.socket.write(this.session.close(), 'latin1');
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
    const flowing = this.socket.write(chunk, (error) => {
      if (!error) this.writer.recycle(whole);
    });
    this.blocked = !flowing;
  }

  private onData(chunk: Buffer): void {
    if (this.down) return;
    const before = this.inflight.length;
    try {
      this.session.receive(chunk);
    } catch (error) {
      this.fail(asError(error));
      return;
    }
    if (this.inflight.length < before) this.lastProgress = Date.now();
    if (!this.down && this.session.state === 'open') this.events.onRoom();
  }

  private onAnswer(index: number, ok: boolean, reason: string): void {
    const { inflight, events } = this;
    const entry = inflight.at(index);
    if (entry === undefined || entry.acknowledged) {
      throw new ProtocolError(
        'ROTA_RELP_ANSWER',
        `${this.target.label} answered a message that was not sent or is answered already. The connection is given up.`,
      );
    }
    entry.acknowledged = true;
    if (index === 0) this.popAnswered();
    if (ok) events.onDelivered(entry);
    else events.onRefused(entry, reason);
  }

  private popAnswered(): void {
    let count = 0;
    while (this.inflight.at(0)?.acknowledged) {
      this.inflight.shift();
      count += 1;
    }
    this.session.settle(count);
  }

  private checkProgress(): void {
    if (this.inflight.length === 0 || Date.now() - this.lastProgress < this.options.ackTimeoutMs) return;
    this.fail(
      new ConnectionError(
        'ROTA_CONNECTION_STALLED',
        `${this.target.label} has acknowledged nothing for ${this.options.ackTimeoutMs} ms. The SDK connects again by itself; if this repeats, look at the receiver's queue.`,
      ),
    );
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.socket.destroy();
    // What the receiver may still say on this connection no longer counts: the messages go to the next one.
    this.finish();
  }

  private onClose(error: Error): void {
    if (this.session.state === 'opening') {
      this.failure ??= new ConnectionError(
        'ROTA_CONNECTION_REFUSED',
        `${this.target.label} ended the connection instead of answering "open" (${error.message}). Check that it is an imrelp input, with TLS for relps:// and without for relp://, and that it accepts our certificate.`,
        { cause: error },
      );
    }
    this.failure ??= error;
    this.finish();
  }

  private finish(): void {
    if (this.down) return;
    this.down = true;
    clearInterval(this.watch);
    this.events.onDown(this.failure as Error);
    this.onEnded?.();
  }
}
