import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Target } from './target.js';
import type { TlsSource } from './tls_source.js';

/** How long a TLS 1.3 receiver may take to refuse our certificate after the handshake looked complete. */
const LATE_REFUSAL_MS = 250;

/**
 * TLS on a connected socket; `connected` is called when the receiver's certificate is verified.
 * @throws what OpenSSL says of options that do not fit
 */
export function openTls(plain: Socket, target: Target, tls: TlsSource, connected: () => void): TLSSocket {
  const socket = connect({ ...tls.optionsFor(target), socket: plain });
  socket.once('secureConnect', () => {
    if (target.scheme === 'tls' && socket.getProtocol() === 'TLSv1.3') awaitVerdict(socket, connected);
    else connected();
  });
  return socket;
}

/**
 * Under TLS 1.3 the client's side of the handshake ends before the receiver has looked at the client's certificate. RELP
 * finds out by the answer to `open`; a plain syslog stream has no answer, so there we wait for the receiver's session
 * ticket, which it sends only when it accepts us, or a moment.
 */
function awaitVerdict(socket: TLSSocket, accepted: () => void): void {
  let decided = false;
  const go = () => {
    if (decided) return;
    decided = true;
    clearTimeout(timer);
    // Not from within the event: it comes out of OpenSSL's read, and a write in there breaks the records.
    setImmediate(() => !socket.destroyed && accepted());
  };
  const timer = setTimeout(go, LATE_REFUSAL_MS);
  timer.unref();
  socket.once('session', go);
}
