import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ReceiverProcess, RsyslogProcess } from '../../sdk/test/receiver_process.js';

const SINK = fileURLToPath(new URL('./sink.mjs', import.meta.url));

/** A process that receives, and can say how many messages it has. */
export interface Receiver {
  readonly relpPort: number;
  readonly tcpPort: number;
  /** For OTLP; undefined where the receiver does not understand it. */
  readonly httpPort?: number;
  /** For what writes a file instead of sending. */
  readonly file?: string;
  start(): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Messages so far; cheap. */
  count(): number;
  reset(): void;
}

/**
 * A real rsyslogd, queues in memory as in the pipeline's profile `fast`; or, with `direct`, without queues, so that what
 * it acknowledges or reads is in its file. It writes one byte and a line feed a message, or the whole message.
 */
export class Rsyslog implements Receiver {
  private readonly process: RsyslogProcess;
  private readonly output: string;

  constructor(
    folder: string,
    readonly relpPort: number,
    readonly tcpPort: number,
    private readonly keep: 'count' | 'messages',
  ) {
    this.output = join(folder, 'received');
    const config = join(folder, 'rsyslog.conf');
    this.process = new RsyslogProcess(config, join(folder, 'pid'), [relpPort, tcpPort]);
    this.reset();
    const main = keep === 'messages' ? 'main_queue(queue.type="Direct")' : '';
    const queue =
      keep === 'messages' ? '' : 'queue.type="LinkedList" queue.size="200000" queue.dequeueBatchSize="2000"';
    const line = keep === 'messages' ? '%rawmsg%\\n' : 'x\\n';
    writeFileSync(
      config,
      `global(workDirectory="${folder}" maxMessageSize="72k")
${main}
module(load="imrelp")
module(load="imptcp")
template(name="line" type="string" string="${line}")
ruleset(name="all" ${queue}) { action(type="omfile" file="${this.output}" template="line") }
input(type="imrelp" port="${relpPort}" address="127.0.0.1" maxDataSize="72k" ruleset="all")
input(type="imptcp" port="${tcpPort}" address="127.0.0.1" ruleset="all")
`,
    );
  }

  start(): Promise<void> {
    return this.process.start();
  }

  stop(signal?: NodeJS.Signals): Promise<void> {
    return this.process.stop(signal);
  }

  signal(name: NodeJS.Signals): void {
    this.process.signal(name);
  }

  count(): number {
    if (this.keep === 'messages') return this.messages().length;
    return statSync(this.output).size / 2;
  }

  messages(): string[] {
    return readFileSync(this.output, 'utf8').split('\n').slice(0, -1);
  }

  reset(): void {
    writeFileSync(this.output, '');
  }
}

/** The fastest receiver there is here: a process that reads a socket, answers RELP and OTLP, and counts. */
export class Sink implements Receiver {
  private readonly process: ReceiverProcess;
  private base = 0;

  constructor(
    private readonly counter: string,
    readonly relpPort: number,
    readonly tcpPort: number,
    readonly httpPort: number,
  ) {
    const ports = [relpPort, tcpPort, httpPort];
    this.process = new ReceiverProcess(process.execPath, [SINK, counter, ...ports.map(String)], ports);
  }

  async start(): Promise<void> {
    rmSync(this.counter, { force: true });
    await this.process.start();
  }

  stop(signal?: NodeJS.Signals): Promise<void> {
    return this.process.stop(signal);
  }

  signal(name: NodeJS.Signals): void {
    this.process.signal(name);
  }

  count(): number {
    return this.total() - this.base;
  }

  reset(): void {
    this.base = this.total();
  }

  private total(): number {
    if (!existsSync(this.counter)) return 0;
    const fd = openSync(this.counter, 'r');
    const bytes = Buffer.alloc(8);
    const read = readSync(fd, bytes, 0, 8, 0);
    closeSync(fd);
    return read === 8 ? bytes.readDoubleLE(0) : 0;
  }
}

/** A file that a library writes itself: a line a message, and no receiver. */
export class LineFile implements Receiver {
  readonly relpPort = 0;
  readonly tcpPort = 0;
  private read = 0;
  private lines = 0;

  constructor(readonly file: string) {}

  async start(): Promise<void> {
    writeFileSync(this.file, '');
  }

  async stop(): Promise<void> {
    rmSync(this.file, { force: true });
  }

  signal(): void {}

  count(): number {
    const chunk = Buffer.alloc(1 << 20);
    const fd = openSync(this.file, 'r');
    try {
      for (;;) {
        const length = readSync(fd, chunk, 0, chunk.length, this.read);
        if (length === 0) return this.lines;
        this.read += length;
        for (let at = chunk.indexOf(0x0a); at !== -1 && at < length; at = chunk.indexOf(0x0a, at + 1)) this.lines += 1;
      }
    } finally {
      closeSync(fd);
    }
  }

  /** The file grows on: whoever has it open goes on behind what was counted. */
  reset(): void {
    this.count();
    this.lines = 0;
  }
}
