import { createSocket, type Socket } from 'node:dgram';
import { ConnectionError } from '../errors.js';
import type { BoundedQueue } from '../queue/bounded_queue.js';
import { Deque } from '../queue/deque.js';
import type { Entry } from '../queue/entry.js';
import { FrameWriter } from './frame_writer.js';
import type { Sender, SenderEvents } from './sender.js';
import type { Target } from './target.js';

/** RFC 5426 section 3.2: what fits into one UDP datagram over IPv4. */
export const MAX_DATAGRAM = 65_507;
const MAX_IN_FLIGHT = 64;

/** The few calls that a UDP socket and the native unix socket share. */
export interface DatagramSocket {
  send(bytes: Buffer, done: (error?: Error | null) => void): void;
  close(): void;
  hold(on: boolean): void;
}

/** Opens the socket; calls `ready` once, or `failed` at any time. */
export type OpenDatagram = (ready: () => void, failed: (error: Error) => void) => DatagramSocket;

/** Sends one message a datagram (RFC 5426). "Delivered" means that the operating system took it. */
export class DatagramSender implements Sender {
  readonly acknowledges = false;
  readonly inflight = new Deque<Entry>();
  private readonly writer = new FrameWriter();
  private readonly socket: DatagramSocket;
  private ready = false;
  private down = false;

  constructor(
    open: OpenDatagram,
    private readonly label: string,
    private readonly mark: string,
    private readonly events: SenderEvents,
  ) {
    this.socket = open(
      () => {
        this.ready = true;
        events.onReady();
      },
      (error) => this.fail(error),
    );
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
    this.fail(new ConnectionError('ROTA_CONNECTION_CLOSED', `The socket to ${this.label} is closed.`));
  }

  hold(on: boolean): void {
    if (!this.down) this.socket.hold(on);
  }

  private send(entry: Entry): void {
    const mark = entry.sends > 0 ? this.mark : '';
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
    while (this.inflight.at(0)?.acknowledged) this.inflight.shift();
    if (error === null) this.events.onDelivered(entry);
    else this.events.onTooLarge(entry);
    this.events.onRoom();
  }

  private fail(error: Error): void {
    if (this.down) return;
    this.down = true;
    this.ready = false;
    this.socket?.close();
    const reason = error instanceof ConnectionError ? error : unreachable(this.label, error);
    this.events.onDown(reason);
  }
}

function unreachable(label: string, error: Error): ConnectionError {
  return new ConnectionError(
    'ROTA_CONNECTION_FAILED',
    `${label} cannot be reached (${error.message}). Check the address and that the receiver runs; the SDK tries again by itself.`,
    { cause: error },
  );
}

/** A UDP socket, connected so that the receiver's "port unreachable" comes back to us. */
export function openUdp(target: Target): OpenDatagram {
  return (ready, failed) => {
    const socket: Socket = createSocket({ type: target.host.includes(':') ? 'udp6' : 'udp4' });
    let open = true;
    socket.unref();
    socket.on('error', failed);
    socket.connect(target.port, target.host, () => open && ready());
    return {
      send: (bytes, done) => socket.send(bytes, done),
      hold: (on) => void (on ? socket.ref() : socket.unref()),
      close: () => {
        open = false;
        socket.removeAllListeners('error');
        socket.on('error', () => {});
        socket.close();
      },
    };
  };
}
