import type { Socket } from 'node:net';
import { asError, ConnectionError } from '../errors.js';
import type { AddressTurn } from './addresses.js';
import { describeFailure } from './connection_errors.js';
import { Deadline } from './deadline.js';
import { Dial } from './dial.js';
import { isSecure, type Target } from './target.js';
import { openTls } from './tls_socket.js';
import type { TlsSource } from './tls_source.js';

export interface ConnectionEvents {
  /** The socket stands, and for TLS the receiver's certificate is verified. The deadline still runs. */
  onConnect(): void;
  onData(chunk: Buffer): void;
  onDrain(): void;
  /** Once, whatever ended it. */
  onClose(error: Error): void;
}

export interface ConnectionOptions {
  target: Target;
  addresses: AddressTurn;
  tls: TlsSource;
  /** From the look-up of the name to `established()`. */
  timeoutMs: number;
}

/**
 * One TCP or TLS connection to one receiver, from the look-up of its name on. A target that asks for TLS gets TLS or an
 * error: there is no path from here to a plain socket, and a connection is never used for a second socket.
 */
export class Connection {
  private socket: Socket | undefined;
  private dial: Dial | undefined;
  private held = false;
  private closed = false;
  private failure: Error | undefined;
  private readonly deadline: Deadline;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly events: ConnectionEvents,
  ) {
    const { timeoutMs } = options;
    this.deadline = new Deadline(timeoutMs, () => this.destroy(this.late(timeoutMs)));
    void this.open();
  }

  /** The protocol is ready to send: the deadline ends. */
  established(): void {
    this.deadline.stop();
  }

  /** False when the caller should wait for `onDrain`. `done` says whether the operating system took it. */
  write(bytes: Buffer | string, done?: (error?: Error | null) => void): boolean {
    if (this.socket === undefined || this.closed) return false;
    const written = (error?: Error | null) => this.guarded(() => done?.(error));
    return typeof bytes === 'string' ? this.socket.write(bytes, 'latin1', written) : this.socket.write(bytes, written);
  }

  /** Half-closes: what was written is sent first. */
  end(): void {
    if (this.socket === undefined) this.destroy();
    else this.socket.end();
  }

  destroy(error?: Error): void {
    this.failure ??= error;
    this.dial?.cancel();
    if (this.socket === undefined) this.close();
    else this.socket.destroy();
  }

  /** Whether it may keep the process alive. */
  hold(on: boolean): void {
    this.held = on;
    this.dial?.hold(on);
    if (on) this.socket?.ref();
    else this.socket?.unref();
  }

  private async open(): Promise<void> {
    const { target, addresses } = this.options;
    try {
      const list = await addresses.remaining();
      if (this.closed) return;
      this.dial = new Dial(list, target.port, {
        onSocket: (socket) => this.onSocket(socket),
        onTried: (address) => addresses.markTried(address),
        onFailed: (error) => this.destroy(error),
      });
      this.dial.hold(this.held);
    } catch (error) {
      this.destroy(asError(error));
    }
  }

  private onSocket(plain: Socket): void {
    try {
      this.use(plain);
    } catch (error) {
      // Not through `destroy`: nobody may be listening to the socket's end yet.
      plain.destroy();
      this.failure ??= asError(error);
      this.close();
    }
  }

  private use(plain: Socket): void {
    this.dial = undefined;
    plain.setNoDelay(true);
    plain.setKeepAlive(true, 30_000);
    const { target, tls } = this.options;
    this.socket = plain;
    if (isSecure(target.scheme)) {
      // The plain socket's own trouble comes out of the TLS socket as well.
      plain.on('error', (error) => this.destroy(error));
      this.socket = openTls(plain, target, tls, () => this.guarded(() => this.events.onConnect()));
    }
    this.listen(this.socket);
    this.hold(this.held);
    if (this.socket === plain) this.events.onConnect();
  }

  private listen(socket: Socket): void {
    socket.on('data', (chunk) => this.guarded(() => this.events.onData(chunk)));
    socket.on('drain', () => this.guarded(() => this.events.onDrain()));
    socket.on('error', (error) => {
      this.failure ??= error;
    });
    socket.once('close', () => this.close());
  }

  private late(ms: number): ConnectionError {
    const { label, scheme } = this.options.target;
    return this.socket === undefined
      ? new ConnectionError(
          'ROTA_CONNECTION_FAILED',
          `${label} cannot be reached (no connection within ${ms} ms). Check the address and that the receiver runs; the SDK tries again by itself.`,
        )
      : new ConnectionError(
          'ROTA_CONNECTION_STALLED',
          `${label} took the connection and did not answer within ${ms} ms. Check that an input for ${scheme}:// is running there, not only a balancer without one behind it; the SDK tries again by itself.`,
        );
  }

  /** What throws in an event of the socket ends this connection and nothing else. */
  private guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.destroy(asError(error));
    }
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    this.deadline.stop();
    const { failure } = this;
    this.events.onClose(failure instanceof ConnectionError ? failure : describeFailure(this.options.target, failure));
  }
}
