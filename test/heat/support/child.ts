import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Ended {
  code: number | null;
  output: string;
}

/** A program of a node, run for real; it ends with the test even when that dies. */
export class Child {
  output = '';
  private readonly child: ChildProcess;

  constructor(command: string, args: string[], env: Record<string, string> = {}) {
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const add = (data: Buffer) => {
      this.output += data;
    };
    this.child.stdout?.on('data', add);
    this.child.stderr?.on('data', add);
  }

  /** Runs to the end. */
  static async run(command: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
    const child = new Child(command, args, env);
    return { code: await child.ended(), output: child.output };
  }

  ended(): Promise<number | null> {
    if (this.child.exitCode !== null) return Promise.resolve(this.child.exitCode);
    return new Promise((resolve) => this.child.once('close', resolve));
  }

  async until(ready: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await ready())) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`It did not get ready (exit ${this.child.exitCode}):\n${this.output}`);
      }
      await sleep(50);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = this.ended();
    this.child.kill(signal);
    await gone;
  }
}
