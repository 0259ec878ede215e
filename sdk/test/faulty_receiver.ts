import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { loadUnixDgram } from '../src/net/unix_socket.js';

/** What a receiver can do to its sender. `none` is a good one. */
export const FAULTS = [
  'none',
  'refused',
  'reset',
  'half closed',
  'silent',
  'silent behind TLS',
  'garbage',
  'garbage behind TLS',
  'closed in mid-write',
] as const;
export type Fault = (typeof FAULTS)[number] | 'closed after one';

/** Where there is no answer, a receiver that says nothing or nonsense looks like a good one; a UDP address lives on for a while. */
const UNHEARD: Readonly<Record<string, RegExp>> = {
  tcp: /^(silent|garbage)/,
  tls: /behind TLS/,
  udp: /^(silent|garbage|half closed)|^name later/,
  unix: /^silent|behind TLS/,
};

/** Whether a sender over `scheme` can know of this fault. */
export function canBeHeard(scheme: string, fault: string, moment: string): boolean {
  return UNHEARD[scheme]?.test(`${fault} ${moment}`) !== true;
}

/** A receiver whose fault can be changed while it runs. It stays at one address. */
export interface FaultyReceiver {
  readonly url: string;
  /** The beginnings of the messages that came whole. */
  readonly messages: string[];
  become(fault: Fault): Promise<void>;
}

/** Where the number and the text of a line stand. */
const BEGINNING = 800;
const GARBAGE = Buffer.from('\x00\xff 220 hello\r\n0 rsp x 99999999999 \x16\x03\x01\n', 'latin1');

export type StreamScheme = 'relp' | 'relps' | 'tcp' | 'tls';

/** Reads and answers by code of its own, not the client's. */
export class FaultyStream implements FaultyReceiver {
  readonly messages: string[] = [];
  /** Connections that were taken. */
  accepted = 0;
  /** The server names that senders asked for (SNI), and the names in their certificates. */
  readonly names: string[] = [];
  readonly clients: unknown[] = [];
  private fault: Fault = 'none';
  private paused = false;
  private readonly sockets = new Set<Socket>();
  private readonly servers = { plain: createServer(), tls: undefined as Server | undefined };

  static async start(
    scheme: StreamScheme,
    tls: TlsOptions,
    { host = '127.0.0.1', port = 0, fault = 'none' as Fault } = {},
  ): Promise<FaultyStream> {
    const receiver = new FaultyStream(scheme, tls, host, port);
    await receiver.listen();
    await receiver.become(fault);
    return receiver;
  }

  private constructor(
    private readonly scheme: StreamScheme,
    tls: TlsOptions,
    private readonly host: string,
    public port: number,
  ) {
    this.servers.plain.on('connection', (socket) => this.onPlain(socket));
    if (scheme === 'relp' || scheme === 'tcp') return;
    // Never listens: it is handed the sockets that shall speak TLS.
    const SNICallback: TlsOptions['SNICallback'] = (name, done) => {
      this.names.push(name);
      done(null);
    };
    this.servers.tls = createTlsServer({ ...tls, SNICallback }, (socket) => {
      this.clients.push(socket.getPeerCertificate().subject?.CN);
      this.onOpen(socket);
    });
    this.servers.tls.on('tlsClientError', () => {});
  }

  get url(): string {
    return `${this.scheme}://localhost:${this.port}`;
  }

  async become(fault: Fault): Promise<void> {
    const listened = this.fault !== 'refused';
    this.fault = fault;
    for (const socket of this.sockets) socket.destroy();
    if (listened && fault === 'refused') await new Promise((resolve) => this.servers.plain.close(resolve));
    if (!listened && fault !== 'refused') await this.listen();
  }

  /** From now on it takes what comes on its connections and answers nothing. */
  pause(): void {
    this.paused = true;
  }

  async stop(): Promise<void> {
    if (this.fault !== 'refused') await this.become('refused');
  }

  private async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.servers.plain.listen(this.port, this.host, resolve));
    this.port = (this.servers.plain.address() as AddressInfo).port;
  }

  private onPlain(socket: Socket): void {
    this.accepted += 1;
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    if (this.fault === 'silent') return;
    if (this.fault === 'reset') socket.resetAndDestroy();
    else if (this.fault === 'garbage') socket.write(GARBAGE);
    else if (this.servers.tls === undefined) this.onOpen(socket);
    else this.servers.tls.emit('connection', socket);
  }

  private onOpen(socket: Socket | TLSSocket): void {
    const { fault } = this;
    socket.on('error', () => {});
    if (fault === 'silent behind TLS') return;
    if (fault === 'garbage behind TLS') socket.write(GARBAGE);
    if (fault === 'half closed') socket.end();
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      if (fault === 'half closed' || fault === 'garbage behind TLS' || this.paused) return;
      const before = this.messages.length;
      rest = Buffer.concat([rest, chunk]);
      rest = this.scheme.startsWith('relp') ? this.readRelp(socket, rest) : this.readCounted(rest);
      if (fault === 'closed in mid-write' && rest.length > 0) socket.destroy();
      if (fault === 'closed after one' && this.messages.length > before) socket.end();
    });
  }

  private readRelp(socket: Socket, bytes: Buffer): Buffer {
    let rest = bytes;
    for (;;) {
      const head = /^(\d+) (\w+) (\d+)[ \n]/.exec(rest.toString('latin1', 0, 60));
      const length = Number(head?.[3] ?? 0);
      const end = head === null ? Number.POSITIVE_INFINITY : head[0].length + (length > 0 ? length + 1 : 0);
      if (head === null || rest.length < end) return rest;
      const opened = '200 OK\nrelp_version=0\nrelp_software=faulty\ncommands=syslog';
      const said = head[2] === 'open' ? opened : '200 OK';
      if (head[2] === 'syslog') this.messages.push(rest.toString('utf8', head[0].length, Math.min(end - 1, BEGINNING)));
      if (!socket.destroyed) socket.write(`${head[1]} rsp ${said.length} ${said}\n`);
      rest = rest.subarray(end);
    }
  }

  /** RFC 6587, octet counting. */
  private readCounted(bytes: Buffer): Buffer {
    let rest = bytes;
    for (;;) {
      const head = /^(\d+) /.exec(rest.toString('latin1', 0, 12));
      const end = head === null ? Number.POSITIVE_INFINITY : head[0].length + Number(head[1]);
      if (head === null || rest.length < end) return rest;
      this.messages.push(rest.toString('utf8', head[0].length, Math.min(end, BEGINNING)));
      rest = rest.subarray(end);
    }
  }
}

export class FaultyUdp implements FaultyReceiver {
  readonly messages: string[] = [];
  private socket: DatagramSocket | undefined;
  private fault: Fault = 'none';

  static async start({ host = '127.0.0.1', port = 0 } = {}): Promise<FaultyUdp> {
    const receiver = new FaultyUdp(host, port);
    await receiver.bind();
    return receiver;
  }

  private constructor(
    private readonly host: string,
    public port: number,
  ) {}

  stop(): Promise<void> {
    return this.close();
  }

  get url(): string {
    return `udp://localhost:${this.port}`;
  }

  async become(fault: Fault): Promise<void> {
    this.fault = fault;
    if (fault === 'refused' || fault === 'reset') await this.close();
    else if (this.socket === undefined) await this.bind();
  }

  private async close(): Promise<void> {
    const { socket } = this;
    this.socket = undefined;
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(resolve));
  }

  private async bind(): Promise<void> {
    const socket = createSocket('udp4');
    socket.on('message', (message, from) => {
      if (this.fault === 'none') this.messages.push(String(message).slice(0, BEGINNING));
      if (this.fault.startsWith('garbage')) socket.send(GARBAGE, from.port, from.address);
      if (this.fault === 'closed in mid-write') void this.close();
    });
    await new Promise<void>((resolve) => socket.bind(this.port, this.host, resolve));
    this.port = socket.address().port;
    this.socket = socket;
  }
}

interface NativeReceiver {
  bind(path: string): void;
  on(event: 'message', listener: (message: Buffer) => void): void;
  close(): void;
}

/** By the optional native module: Node.js has no unix datagram sockets of its own. */
export class FaultyUnix implements FaultyReceiver {
  readonly messages: string[] = [];
  private socket: NativeReceiver | undefined;

  constructor(private readonly path: string) {
    this.bind();
  }

  get url(): string {
    return `unix://${this.path}`;
  }

  async become(fault: Fault): Promise<void> {
    this.socket?.close();
    this.socket = undefined;
    // What is left of a receiver that died is its socket's file; 'silent' is one that reads nothing: its buffer fills up.
    if (fault === 'garbage') {
      rmSync(this.path, { force: true });
      writeFileSync(this.path, 'no socket');
    } else if (fault === 'half closed') rmSync(this.path, { force: true });
    else if (fault !== 'refused' && fault !== 'reset') this.bind(fault);
  }

  private bind(fault: Fault = 'none'): void {
    rmSync(this.path, { force: true });
    const create = (loadUnixDgram() as unknown as { createSocket(type: string): NativeReceiver }).createSocket;
    const socket = create('unix_dgram');
    socket.on('message', (message) => {
      if (fault === 'none') this.messages.push(String(message).slice(0, BEGINNING));
      else if (this.socket === socket) {
        this.socket = undefined;
        socket.close();
      }
    });
    socket.bind(this.path);
    this.socket = socket;
  }
}
