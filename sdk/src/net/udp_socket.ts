import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { asError } from '../errors.js';
import { type Address, type AddressTurn, lookUp } from './addresses.js';
import type { DatagramEvents, DatagramSocket, OpenDatagram } from './datagram_sender.js';
import type { Target } from './target.js';

/** RFC 5426 section 3.2: what fits into one UDP datagram over IPv4. */
export const MAX_DATAGRAM = 65_507;
/** A name is looked up again after so long: nothing else tells that a receiver has moved. */
const RENEW_AFTER_MS = 10_000;
/** How long datagrams wait for that; then the address known so far is used on. */
const RENEW_WAIT_MS = 1000;

type Done = (error?: Error | null) => void;

/** A UDP socket, connected so that the receiver's "port unreachable" comes back to us. */
export function openUdp(target: Target, addresses: AddressTurn): OpenDatagram {
  return (events) => new UdpSocket(target, addresses, events);
}

class UdpSocket implements DatagramSocket {
  private socket: ConnectedSocket | undefined;
  private held = false;
  private closed = false;
  private lookedUpAt = 0;
  /** Datagrams that wait for the name to be looked up again. */
  private waiting: (() => void)[] | undefined;

  constructor(
    private readonly target: Target,
    addresses: AddressTurn,
    private readonly events: DatagramEvents,
  ) {
    void this.open(addresses);
  }

  send(bytes: Buffer, done: Done): void {
    if (this.isStale) this.renew();
    if (this.waiting === undefined) this.sendNow(bytes, done);
    else this.waiting.push(() => this.sendNow(bytes, done));
  }

  hold(on: boolean): void {
    this.held = on;
    this.socket?.hold(on);
  }

  close(): void {
    this.closed = true;
    this.waiting = undefined;
    this.socket?.close();
  }

  private get isStale(): boolean {
    return isIP(this.target.host) === 0 && performance.now() - this.lookedUpAt > RENEW_AFTER_MS;
  }

  private async open(addresses: AddressTurn): Promise<void> {
    try {
      const [address] = await addresses.remaining();
      if (address === undefined || this.closed) return;
      addresses.markTried(address);
      await this.use(address);
      if (!this.closed) this.events.onReady();
    } catch (error) {
      this.events.onFailed(asError(error));
    }
  }

  private sendNow(bytes: Buffer, done: Done): void {
    if (this.socket !== undefined) this.socket.send(bytes, done);
  }

  /** While the look-up lasts, datagrams wait, but not for long. An answer that does not come leaves all as it was. */
  private renew(): void {
    this.lookedUpAt = performance.now();
    this.waiting = [];
    const timer = setTimeout(() => this.goOn(), RENEW_WAIT_MS);
    timer.unref();
    this.move()
      .catch((error) => this.closed || this.events.onWarn(asError(error)))
      .finally(() => {
        clearTimeout(timer);
        this.goOn();
      });
  }

  private async move(): Promise<void> {
    const addresses = await lookUp(this.target.host);
    const [first] = addresses;
    if (first !== undefined && !this.closed && !addresses.includes(this.socket?.address ?? '')) await this.use(first);
  }

  private goOn(): void {
    const sends = this.waiting ?? [];
    this.waiting = undefined;
    for (const send of sends) if (!this.closed) send();
  }

  /** Connects to the address, and leaves the one before it. */
  private async use(address: Address): Promise<void> {
    const next = new ConnectedSocket(address, this.target.port, (error) => {
      if (this.socket === next) this.events.onFailed(error);
    });
    await next.connected;
    this.lookedUpAt = performance.now();
    const before = this.socket;
    this.socket = next;
    next.hold(this.held);
    before?.close();
    if (this.closed) next.close();
  }
}

/** One UDP socket connected to one address. */
class ConnectedSocket {
  /** Rejects when the address cannot be used, with no route for example. */
  readonly connected: Promise<void>;
  private readonly socket: Socket;
  private sending = 0;
  private closing = false;
  private closed = false;

  constructor(
    readonly address: Address,
    port: number,
    onError: (error: Error) => void,
  ) {
    this.socket = createSocket({ type: isIP(address) === 6 ? 'udp6' : 'udp4' });
    this.socket.unref();
    this.socket.on('error', onError);
    this.connected = new Promise((resolve, reject) => {
      // With an error as its argument when it is not.
      const done = (error?: Error) => {
        if (error === undefined) resolve();
        else reject(error);
      };
      this.socket.connect(port, address, done as () => void);
    });
    this.connected.catch(() => this.close());
  }

  send(bytes: Buffer, done: Done): void {
    this.sending += 1;
    const sent: Done = (error) => {
      this.sending -= 1;
      done(error);
      if (this.closing) this.closeIfIdle();
    };
    try {
      this.socket.send(bytes, sent);
    } catch (error) {
      // A socket that is no longer connected throws instead of answering.
      process.nextTick(sent, asError(error));
    }
  }

  hold(on: boolean): void {
    if (on) this.socket.ref();
    else this.socket.unref();
  }

  /** Closes it when what was handed over is sent. */
  close(): void {
    this.closing = true;
    this.closeIfIdle();
  }

  private closeIfIdle(): void {
    if (this.closed || this.sending > 0) return;
    this.closed = true;
    this.socket.removeAllListeners('error');
    this.socket.on('error', () => {});
    this.socket.close();
  }
}
