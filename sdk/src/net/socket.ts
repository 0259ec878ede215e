import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { ConnectionError } from '../errors.js';
import type { Target } from './target.js';
import { tlsFor } from './tls_options.js';

export interface SocketEvents {
  /** Connected, and for TLS the receiver's certificate is verified. */
  onConnect(): void;
  onData(chunk: Buffer): void;
  onDrain(): void;
  /** Once, whatever ended it. */
  onClose(error: Error): void;
}

/** How long a TLS 1.3 receiver may take to refuse our certificate after the handshake looked complete. */
const LATE_REFUSAL_MS = 250;

/**
 * Opens one connection. A target that asks for TLS gets a TLS socket or an error: there is no path from here to a plain
 * one, and a socket is never used for a second connection.
 */
export function openSocket(target: Target, tls: ConnectionOptions, timeoutMs: number, events: SocketEvents): Socket {
  const secure = target.scheme === 'relps' || target.scheme === 'tls';
  const address = { host: target.host, port: target.port };
  const socket: Socket = secure
    ? connectTls({ ...tlsFor(target, tls), ...address })
    : connectTcp({ ...address, autoSelectFamily: true } as TcpNetConnectOpts);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  socket.unref();
  let failure: Error | undefined;
  const timer = setTimeout(() => {
    socket.destroy(new Error(`no connection within ${timeoutMs} ms`));
  }, timeoutMs);
  timer.unref();
  const connected = () => {
    clearTimeout(timer);
    events.onConnect();
  };
  if (secure) onSecure(socket as TLSSocket, target, connected);
  else socket.once('connect', connected);
  socket.on('data', events.onData);
  socket.on('drain', events.onDrain);
  socket.on('error', (error) => {
    failure ??= error;
  });
  socket.once('close', () => {
    clearTimeout(timer);
    events.onClose(describe(target, failure));
  });
  return socket;
}

/**
 * Under TLS 1.3 the client's side of the handshake ends before the receiver has looked at the client's certificate. RELP
 * finds out by the answer to `open`; a plain syslog stream has no answer, so there we wait for the receiver's session
 * ticket, which it sends only when it accepts us, or a moment.
 */
function onSecure(socket: TLSSocket, target: Target, connected: () => void): void {
  socket.once('secureConnect', () => {
    if (target.scheme !== 'tls' || socket.getProtocol() !== 'TLSv1.3') {
      connected();
      return;
    }
    let decided = false;
    const go = () => {
      if (decided) return;
      decided = true;
      clearTimeout(timer);
      // Not from within the event: it comes out of OpenSSL's read, and a write in there breaks the records.
      setImmediate(() => !socket.destroyed && connected());
    };
    const timer = setTimeout(go, LATE_REFUSAL_MS);
    timer.unref();
    socket.once('session', go);
  });
}

function describe(target: Target, failure: Error | undefined): Error {
  if (failure === undefined) {
    return new ConnectionError(
      'ROTA_CONNECTION_CLOSED',
      `${target.label} closed the connection. The SDK connects again by itself.`,
    );
  }
  const { code } = failure as NodeJS.ErrnoException;
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ISSUER/.test(code)) {
    return new ConnectionError(
      'ROTA_CONNECTION_TLS',
      `The certificate of ${target.label} is not trusted (${failure.message}). Give its authority by tls.caFile, or its name by tls.servername.`,
      { cause: failure },
    );
  }
  return new ConnectionError(
    'ROTA_CONNECTION_FAILED',
    `${target.label} cannot be reached or was lost (${failure.message}). Check the address and that the receiver runs; the SDK connects again by itself.`,
    { cause: failure },
  );
}
