import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface Received {
  connection: number;
  txnr: number;
  command: string;
  data: string;
}

/** What a scripted receiver answers: text is sent as it is, undefined is silence. */
export type Script = (frame: Received, receiver: ScriptedRelp) => string | undefined;

export const OPENED = '200 OK\nrelp_version=0\nrelp_software=scripted\ncommands=syslog';
export const answer = (txnr: number, data = '200 OK') => `${txnr} rsp ${data.length} ${data}\n`;

/** Does what a good receiver does. */
export const obedient: Script = ({ txnr, command }) => answer(txnr, command === 'open' ? OPENED : '200 OK');

/**
 * A RELP receiver that misbehaves on purpose, for what a real one cannot be brought to do: refuse a message, answer out
 * of order, close with a hint, fall silent. Its frame reader is written apart from the client's.
 */
export class ScriptedRelp {
  readonly frames: Received[] = [];
  readonly sockets: Socket[] = [];
  private constructor(
    private readonly server: Server,
    public script: Script,
  ) {}

  static async start(script: Script = obedient, port = 0): Promise<ScriptedRelp> {
    const server = createServer();
    const receiver = new ScriptedRelp(server, script);
    server.on('connection', (socket) => receiver.onConnection(socket));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `relp://127.0.0.1:${this.port}`;
  }

  /** The MSG parts of the messages, in the order of arrival. */
  get messages(): string[] {
    return this.frames.filter((f) => f.command === 'syslog').map((f) => f.data);
  }

  /** `event.sequence` of each message that came. */
  get sequences(): number[] {
    return this.messages.map((text) => Number(/"sequence":(\d+)/.exec(text)?.[1]));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private onConnection(socket: Socket): void {
    const connection = this.sockets.push(socket);
    let rest = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const head = /^(\d{1,9}) ([a-z]{1,32}) (\d{1,9})([ \n])/.exec(rest.subarray(0, 64).toString('latin1'));
        if (head === null) return;
        const length = Number(head[3]);
        const start = head[0].length;
        const end = length === 0 ? start : start + length + 1;
        if (rest.length < end) return;
        const frame = {
          connection,
          txnr: Number(head[1]),
          command: head[2] as string,
          data: rest.subarray(start, start + length).toString(),
        };
        rest = rest.subarray(end);
        this.frames.push(frame);
        const reply = this.script(frame, this);
        if (reply !== undefined && !socket.destroyed) socket.write(reply);
      }
    });
  }
}

/** Waits until `done` says so; fails after `ms`. */
export async function until(done: () => boolean, ms = 60_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!done()) {
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms in vain for ${done}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
