import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/** A process that receives, and can say how many messages it has. */
export interface Receiver {
  readonly relpPort: number;
  readonly tcpPort: number;
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
  private child: ChildProcess | undefined;
  private readonly output: string;

  constructor(
    private readonly folder: string,
    readonly relpPort: number,
    readonly tcpPort: number,
    private readonly keep: 'count' | 'messages',
  ) {
    this.output = join(folder, 'received');
    this.reset();
    const main = keep === 'messages' ? 'main_queue(queue.type="Direct")' : '';
    const queue =
      keep === 'messages' ? '' : 'queue.type="LinkedList" queue.size="200000" queue.dequeueBatchSize="2000"';
    const line = keep === 'messages' ? '%rawmsg%\\n' : 'x\\n';
    writeFileSync(
      this.config,
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

  async start(): Promise<void> {
    this.child = startRsyslog(this.config, join(this.folder, 'pid'));
    await listening(this.relpPort);
    await listening(this.tcpPort);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await end(this.child, signal);
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
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

  private get config(): string {
    return join(this.folder, 'rsyslog.conf');
  }
}

/** The fastest receiver there is here: a process that reads a TCP socket, and answers RELP, and counts. */
export class Sink implements Receiver {
  private child: ChildProcess | undefined;
  private base = 0;

  constructor(
    private readonly file: string,
    readonly relpPort: number,
    readonly tcpPort: number,
    private readonly script: string,
  ) {}

  async start(): Promise<void> {
    rmSync(this.file, { force: true });
    this.child = spawn(process.execPath, [this.script, this.file, String(this.relpPort), String(this.tcpPort)], {
      stdio: 'inherit',
    });
    await listening(this.relpPort);
    await listening(this.tcpPort);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await end(this.child, signal);
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  count(): number {
    return this.total() - this.base;
  }

  reset(): void {
    this.base = this.total();
  }

  private total(): number {
    if (!existsSync(this.file)) return 0;
    const fd = openSync(this.file, 'r');
    const bytes = Buffer.alloc(8);
    const read = readSync(fd, bytes, 0, 8, 0);
    closeSync(fd);
    return read === 8 ? bytes.readDoubleLE(0) : 0;
  }
}

export function startRsyslog(config: string, pidFile: string): ChildProcess {
  rmSync(pidFile, { force: true });
  return spawn('rsyslogd', ['-n', '-f', config, '-i', pidFile], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
  });
}

export async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

async function listening(port: number): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port}; is rsyslog with its relp module installed?`);
}
