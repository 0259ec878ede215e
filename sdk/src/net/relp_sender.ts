import { asError, ConnectionError, ProtocolError } from '../errors.js';
import type { BoundedQueue } from '../queue/bounded_queue.js';
import type { Entry } from '../queue/entry.js';
import { RelpSession } from '../relp/session.js';
import type { ConnectionOptions } from './connection.js';
import { type FramedOptions, FramedSender } from './framed_sender.js';
import type { SenderEvents } from './sender.js';

export interface RelpOptions extends FramedOptions {
  /** Unanswered messages at most. */
  window: number;
  /** Without an answer for so long the connection is given up. */
  ackTimeoutMs: number;
  software: string;
}

/** TXNR, command, DATALEN, spaces and LF at their longest. */
const FRAME_OVERHEAD = 9 + 8 + 9 + 2;

/** Sends messages over RELP or RELP/TLS and believes only the receiver's own answers. */
export class RelpSender extends FramedSender {
  private readonly session: RelpSession;
  private lastProgress = performance.now();
  private readonly watch: NodeJS.Timeout;

  constructor(
    connection: ConnectionOptions,
    private readonly options: RelpOptions,
    events: SenderEvents,
  ) {
    super(connection, options, events);
    const { target } = connection;
    this.session = new RelpSession(
      {
        onOpen: () => {
          this.lastProgress = performance.now();
          this.announceReady();
        },
        onAnswer: (index, ok, reason) => this.onAnswer(index, ok, reason),
        onServerClose: () =>
          this.fail(
            new ConnectionError(
              'ROTA_CONNECTION_CLOSED',
              `${target.label} is closing; the SDK connects again by itself.`,
            ),
          ),
        onClosed: () => this.connection.end(),
      },
      options.software,
    );
    this.watch = setInterval(() => this.checkProgress(), Math.min(1000, options.ackTimeoutMs / 2));
    this.watch.unref();
  }

  protected get isOpen(): boolean {
    return this.session.state === 'open';
  }

  protected get window(): number {
    return this.options.window;
  }

  override pump(queue: BoundedQueue): void {
    // With nothing on the way there was no answer to wait for.
    if (this.inflight.length === 0) this.lastProgress = performance.now();
    super.pump(queue);
  }

  protected overhead(): number {
    return FRAME_OVERHEAD;
  }

  protected frame(entry: Entry, size: number, mark: string): void {
    const { writer } = this;
    writer.number(this.session.take());
    writer.text(' syslog ');
    writer.number(size);
    writer.byte(0x20);
    writer.message(entry, mark);
    writer.byte(0x0a);
  }

  protected onConnect(): void {
    this.connection.write(this.session.open());
  }

  protected onData(chunk: Buffer): void {
    const before = this.inflight.length;
    try {
      this.session.receive(chunk);
    } catch (error) {
      this.fail(asError(error));
      return;
    }
    if (this.inflight.length < before) this.lastProgress = performance.now();
    if (this.isOpen) this.events.onRoom();
  }

  /** Only the receiver's own word counts. */
  protected onWritten(): void {}

  protected sayGoodbye(): void {
    this.connection.write(this.session.close());
  }

  protected override reasonOf(error: Error): Error {
    if (this.session.state !== 'opening' || (error as ConnectionError).code === 'ROTA_CONNECTION_STALLED') return error;
    return new ConnectionError(
      'ROTA_CONNECTION_REFUSED',
      `${this.target.label} ended the connection instead of answering "open" (${error.message}). Check that it is an imrelp input, with TLS for relps:// and without for relp://, and that it accepts our certificate.`,
      { cause: error },
    );
  }

  protected override onFinished(): void {
    clearInterval(this.watch);
  }

  private onAnswer(index: number, ok: boolean, reason: string): void {
    const { inflight, events } = this;
    const entry = inflight.peekAt(index);
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
    while (this.inflight.peekFront()?.acknowledged) {
      this.inflight.shift();
      count += 1;
    }
    this.session.settle(count);
  }

  private get isStalled(): boolean {
    return this.inflight.length > 0 && performance.now() - this.lastProgress >= this.options.ackTimeoutMs;
  }

  private checkProgress(): void {
    // An event loop that was busy for so long first takes in the answers that came meanwhile.
    if (this.isStalled) setImmediate(() => this.isStalled && this.giveUp());
  }

  private giveUp(): void {
    this.fail(
      new ConnectionError(
        'ROTA_CONNECTION_STALLED',
        `${this.target.label} has acknowledged nothing for ${this.options.ackTimeoutMs} ms. The SDK connects again by itself; if this repeats, look at the receiver's queue.`,
      ),
    );
  }
}
