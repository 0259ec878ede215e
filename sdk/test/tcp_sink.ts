import { type AddressInfo, createServer, type Socket } from 'node:net';

/** An ECS document that came. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into whatever was logged
export type Received = Record<string, any>;

/** A receiver that takes octet-counted messages (RFC 6587) and keeps them, byte for byte. */
export class TcpSink {
  readonly messages: string[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => this.receive(socket));

  static async start(port = 0): Promise<TcpSink> {
    const sink = new TcpSink();
    await new Promise<void>((resolve) => sink.server.listen(port, '127.0.0.1', resolve));
    return sink;
  }

  get url(): string {
    return `tcp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The ECS documents that came: all that stands behind the header and its structured data. */
  get events(): Received[] {
    return this.messages.map((message) => JSON.parse(message.slice(message.indexOf('] {') + 2)));
  }

  /** Resolves with the events for which `which` is true, once there are `count`; fails after a minute. */
  async waitFor(count: number, which: (event: Received) => boolean): Promise<Received[]> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = this.events.filter(which);
      if (found.length >= count) return found;
      if (Date.now() > deadline)
        throw new Error(`${found.length} of ${count} events came: ${this.messages.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private receive(socket: Socket): void {
    this.sockets.add(socket);
    let bytes = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        const space = bytes.indexOf(' ');
        const length = Number(bytes.toString('latin1', 0, Math.max(0, space)));
        if (space < 1 || bytes.length < space + 1 + length) return;
        this.messages.push(bytes.toString('utf8', space + 1, space + 1 + length));
        bytes = bytes.subarray(space + 1 + length);
      }
    });
  }
}

export const isAccess = (event: Received): boolean => event.event?.dataset === 'rota.access';
