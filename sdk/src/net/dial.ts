import { connect, type Socket } from 'node:net';
import type { Address } from './addresses.js';

/** RFC 8305 section 5, "Connection Attempt Delay". */
const NEXT_AFTER_MS = 250;

export interface DialEvents {
  /** The first connection that stands; it has no listeners yet. */
  onSocket(socket: Socket): void;
  /** An address was tried: it failed, or it is the one that stands. */
  onTried(address: Address): void;
  /** None is left. */
  onFailed(error: Error): void;
}

/**
 * One TCP connection to the first of several addresses that answers ("Happy Eyeballs", RFC 8305): the next one is tried
 * when the one before has failed, or has said nothing for a moment; those under way go on until one of them stands.
 *
 * Not left to `net.connect`: Node.js 18 tries only the first address, later versions give each up after 250 ms, and
 * `tls.connect` on Node.js 18 cannot do it at all.
 */
export class Dial {
  private readonly waiting: Address[];
  private readonly sockets = new Map<Socket, Address>();
  private readonly errors: Error[] = [];
  private timer: NodeJS.Timeout | undefined;
  private held = false;
  private over = false;

  constructor(
    addresses: readonly Address[],
    private readonly port: number,
    private readonly events: DialEvents,
  ) {
    this.waiting = [...addresses];
    this.tryNext();
  }

  /** Whether it may keep the process alive. */
  hold(on: boolean): void {
    this.held = on;
    for (const socket of this.sockets.keys()) setRef(socket, on);
  }

  /** Gives up. Says nothing more, but that those under way were tried. */
  cancel(): void {
    if (this.over) return;
    for (const address of this.sockets.values()) this.events.onTried(address);
    this.finish();
  }

  private tryNext(): void {
    clearTimeout(this.timer);
    const address = this.waiting.shift();
    if (address === undefined) {
      if (this.sockets.size === 0) this.fail();
      return;
    }
    const socket = connect({ host: address, port: this.port });
    this.sockets.set(socket, address);
    setRef(socket, this.held);
    socket.on('error', (error) => this.onError(socket, error));
    socket.once('connect', () => this.onConnect(socket, address));
    this.timer = setTimeout(() => this.tryNext(), NEXT_AFTER_MS);
    this.timer.unref();
  }

  private onError(socket: Socket, error: Error): void {
    const address = this.sockets.get(socket);
    if (this.over || address === undefined) return;
    this.sockets.delete(socket);
    this.errors.push(error);
    this.events.onTried(address);
    this.tryNext();
  }

  private onConnect(socket: Socket, address: Address): void {
    if (this.over) return;
    this.sockets.delete(socket);
    this.finish();
    socket.removeAllListeners('error');
    this.events.onTried(address);
    this.events.onSocket(socket);
  }

  private fail(): void {
    this.finish();
    const [first] = this.errors;
    if (this.errors.length === 1 && first !== undefined) this.events.onFailed(first);
    else this.events.onFailed(new Error(this.errors.map((error) => error.message).join(', ') || 'no address'));
  }

  private finish(): void {
    this.over = true;
    clearTimeout(this.timer);
    for (const socket of this.sockets.keys()) socket.destroy();
    this.sockets.clear();
  }
}

function setRef(socket: Socket, on: boolean): void {
  if (on) socket.ref();
  else socket.unref();
}
