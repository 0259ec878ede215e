import type { Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { ConnectionError } from '../errors.js';
import { quietly, toStderr, unverified } from '../warn.js';
import { Syslog, type WinstonSyslogOptions } from './winston_syslog.js';

const noop = () => {};

/**
 * winston-syslog's transport with the part between its queue and the network mended: TLS verifies the receiver, every
 * reconnect makes a new socket of the same kind (so that TLS never continues as plaintext, and the options and address
 * family of the first connection hold), and after `close()` nothing is left that would connect again.
 */
export class CompatSyslog extends Syslog {
  private retryTimer: NodeJS.Timeout | undefined;
  private closing = false;
  private readonly tlsOptions: ConnectionOptions;

  constructor(options: WinstonSyslogOptions) {
    super(options);
    this.tlsOptions = tlsOptionsOf(options);
    if (this.protocolType === 'tls' && !this.tlsOptions.rejectUnauthorized) this.warnUnverified();
  }

  override connect(callback: (error?: unknown) => void): void {
    if (this.protocolType !== 'tls') {
      super.connect(callback);
      return;
    }
    // Until the receiver's certificate is verified, everything waits in the queue.
    if (this.socket !== null) {
      callback(this.connected ? null : true);
      return;
    }
    const options = { ...this.tlsOptions, host: this.host, port: this.port };
    this.socket = connectTls(options);
    this.socket.setKeepAlive(true);
    this.socket.setNoDelay(true);
    this.setupEvents();
    callback(true);
  }

  /** Called by `connect` for each new TCP or TLS socket. */
  override setupEvents(): void {
    const socket = this.socket as Socket;
    const ready = this.protocolType === 'tls' ? 'secureConnect' : 'connect';
    socket.on(ready, () => this.onConnected(socket));
    socket.on('timeout', () => socket.destroy());
    socket.on('error', (error) => {
      if (this.protocolType === 'tls' && !(socket as TLSSocket).authorized && !this.connected) {
        this.emit(
          'warn',
          new ConnectionError(
            'ROTA_CONNECTION_TLS',
            `No TLS connection to ${this.host}:${this.port} (${error.message}). Give the receiver's authority by protocolOptions.ca.`,
            { cause: error },
          ),
        );
      }
    });
    socket.on('close', () => this.onClosed());
  }

  override close(): void {
    this.closing = true;
    clearTimeout(this.retryTimer);
    super.close();
  }

  /** After the constructor, when whoever made the transport listens. */
  private warnUnverified(): void {
    const error = unverified(`${this.host}:${this.port}`, 'rejectUnauthorized false', 'protocolOptions.ca');
    process.nextTick(() => {
      toStderr(error);
      quietly(() => this.emit('warn', error));
    });
  }

  private onConnected(socket: Socket): void {
    const waiting = this.queue.join('');
    this.queue = [];
    this.retries = 0;
    this.connected = true;
    if (waiting !== '') socket.write(waiting, 'utf8', (error) => error && this.emit('error', error));
    this.emit('logged');
  }

  /** Pauses of 1, 2, 4 … seconds, as winston-syslog makes them. */
  private onClosed(): void {
    this.connected = false;
    if (this.closing) return;
    const pause = 2 ** this.retries * 1000;
    this.retryTimer = setTimeout(() => {
      this.retries += 1;
      this.socket = null;
      this.connect(noop);
    }, pause);
  }
}

function tlsOptionsOf(options: WinstonSyslogOptions): ConnectionOptions {
  const { secureProtocol, ciphers, ecdhCurve, rejectUnauthorized, requestCert } = options;
  const given = { secureProtocol, ciphers, ecdhCurve, requestCert };
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  // tls.connect verifies unless it is told not to; undefined must not count as that.
  return { ...options.protocolOptions, ...named, rejectUnauthorized: rejectUnauthorized !== false };
}
