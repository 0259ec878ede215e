import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';
import { asError, ConfigurationError } from '../errors.js';
import type { DatagramSocket, OpenDatagram } from './datagram_sender.js';
import type { Target } from './target.js';

interface NativeSocket {
  connect(path: string): void;
  send(bytes: Buffer, done: (error?: Error | null) => void): void;
  close(): void;
  on(event: string, listener: (value: Error) => void): void;
}

interface UnixDgram {
  createSocket(type: 'unix_dgram'): NativeSocket;
}

const CONGESTION = 1;
const RETRY_MS = 10;

/**
 * The optional native module, found from where the application's own modules are.
 * @throws ConfigurationError `ROTA_CONFIG_UNIX` when it is not installed or was built for another Node.js.
 */
export function loadUnixDgram(from: string = import.meta.url): UnixDgram {
  try {
    // winston-syslog depends on it (optionally), so look from there.
    const here = createRequire(from);
    return createRequire(here.resolve('winston-syslog'))('unix-dgram') as UnixDgram;
  } catch (error) {
    throw new ConfigurationError(
      'ROTA_CONFIG_UNIX',
      `unix:// needs the optional native module "unix-dgram", which cannot be loaded (${asError(error).message.split('\n')[0]}). Install it (npm install unix-dgram), or send by relp:// instead.`,
    );
  }
}

/**
 * A unix datagram socket. The native module's handle keeps a process alive and cannot be told not to, so it is open only
 * while there is something to send; opening one costs two system calls.
 */
export function openUnix(target: Target): OpenDatagram {
  return (events) => {
    const native = loadUnixDgram();
    const socket = new BurstSocket(native, target.path);
    setImmediate(() => events.onReady());
    return socket;
  };
}

class BurstSocket implements DatagramSocket {
  private socket: NativeSocket | undefined;
  private closing: NodeJS.Immediate | undefined;
  /** Messages that wait because the receiver's buffer is full, in their order. */
  private waiting: (() => void)[] = [];
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly native: UnixDgram,
    private readonly path: string,
  ) {}

  send(bytes: Buffer, done: (error?: Error | null) => void): void {
    if (this.retry !== undefined || this.waiting.length > 0) this.waiting.push(() => this.trySend(bytes, done));
    else this.trySend(bytes, done);
  }

  private trySend(bytes: Buffer, done: (error?: Error | null) => void): void {
    let answer: Error | null | undefined;
    try {
      const socket = this.open();
      this.closing ??= setImmediate(() => this.closeSocket());
      // The module answers before it returns.
      socket.send(bytes, (error) => {
        answer = error;
      });
    } catch (error) {
      answer = asError(error);
    }
    const { code } = (answer ?? {}) as { code?: unknown };
    if (code === CONGESTION) this.sendLater(bytes, done);
    else done(typeof code === 'number' ? named(answer as Error) : answer);
  }

  /** Nothing was sent: this one goes first when there may be room again, then those that came meanwhile. */
  private sendLater(bytes: Buffer, done: (error?: Error | null) => void): void {
    this.waiting.unshift(() => this.trySend(bytes, done));
    this.retry = setTimeout(() => {
      this.retry = undefined;
      while (this.retry === undefined && this.waiting.length > 0) this.waiting.shift()?.();
    }, RETRY_MS);
    this.retry.unref();
  }

  hold(): void {}

  close(): void {
    clearTimeout(this.retry);
    this.waiting = [];
    this.closeSocket();
  }

  private closeSocket(): void {
    if (this.closing !== undefined) clearImmediate(this.closing);
    this.closing = undefined;
    const { socket } = this;
    this.socket = undefined;
    try {
      socket?.close();
    } catch {
      // It is closed.
    }
  }

  private open(): NativeSocket {
    if (this.socket !== undefined) return this.socket;
    const socket = this.native.createSocket('unix_dgram');
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.connect(this.path);
    if (failure !== undefined) {
      socket.close();
      throw failure;
    }
    this.socket = socket;
    return socket;
  }
}

/** The module gives errno as a negative number, in its text too. */
function named(error: Error & { code?: unknown }): Error {
  const code = getSystemErrorName(error.code as number);
  return Object.assign(error, { code, message: error.message.replace(/-\d+$/, code) });
}
