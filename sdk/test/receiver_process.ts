import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';

/** A receiver in a process of its own, for tests and benchmarks. It is up when all its TCP ports answer. */
export class ReceiverProcess {
  private child: ChildProcess | undefined;
  private said = '';

  constructor(
    private readonly command: string,
    private readonly args: readonly string[],
    private readonly ports: readonly number[],
  ) {}

  async start(): Promise<void> {
    this.child = spawn(this.command, this.args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // rsyslogd stands in /usr/sbin, which users other than root often do not have in their path.
      env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
    });
    const keep = (chunk: Buffer) => {
      this.said += chunk.toString();
    };
    this.child.stdout?.on('data', keep);
    this.child.stderr?.on('data', keep);
    this.child.on('error', (error) => keep(Buffer.from(error.message)));
    for (const port of this.ports) await this.listening(port);
  }

  /** What it printed so far. */
  get log(): string {
    return this.said;
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  private async listening(port: number): Promise<void> {
    for (let i = 0; i < 400; i += 1) {
      if (await answers(port)) return;
      if (this.child?.exitCode !== null || this.child.pid === undefined) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(
      `${this.command} does not listen on port ${port}; is it installed, with all its modules?\n${this.said}`,
    );
  }
}

/** rsyslogd in the foreground, with a configuration and a pid file of its own. */
export class RsyslogProcess extends ReceiverProcess {
  constructor(
    config: string,
    private readonly pidFile: string,
    ports: readonly number[],
  ) {
    super('rsyslogd', ['-n', '-f', config, '-i', pidFile], ports);
  }

  override start(): Promise<void> {
    // What was killed leaves it behind, and rsyslogd then refuses to start.
    rmSync(this.pidFile, { force: true });
    return super.start();
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
