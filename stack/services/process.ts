import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { give, ownedFolder, serviceAccount } from '../account.js';
import { StackError } from '../errors.js';
import { Progress } from './progress.js';

export type Tier = 'lb' | 'frontend' | 'webapp' | 'log' | 'store' | 'dashboard';
export type ServiceState = 'starting' | 'running' | 'stopped' | 'failed';

export interface ServiceSpec {
  name: string;
  tier: Tier;
  /** The port that users of the service know it by. */
  port: number;
  command: string;
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Where stdout and stderr go: `<logFolder>/<name>.out`. */
  logFolder: string;
  /** Runs under this process's own account instead of the service account. */
  asSelf?: boolean;
  /** Resolves true once the service serves; asked again until then. */
  ready: () => Promise<boolean>;
  /** How long it may neither use the processor nor write to its log while it starts; 60 s. */
  startIdleMs?: number;
  /** How much processor time it may use before it serves; 5 minutes. */
  startCpuMs?: number;
  /** What ends it cleanly, and how long it may take. */
  stopSignal?: NodeJS.Signals;
  stopTimeoutMs?: number;
  /** Called whenever `state` changes. */
  onChange?: () => void;
}

/**
 * One child process of the stack. It is only ever ended by its own process id (and its own process group), and by the
 * kernel when this process dies.
 */
export class ServiceProcess {
  state: ServiceState = 'stopped';
  since = new Date();
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();

  constructor(readonly spec: ServiceSpec) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get logFile(): string {
    return join(this.spec.logFolder, `${this.spec.name}.out`);
  }

  /** Starts it and waits until it serves. Throws ROTA_SERVICE_EXITED or ROTA_SERVICE_TIMEOUT with its last words. */
  async start(): Promise<this> {
    const { spec } = this;
    if (this.child) return this;
    ownedFolder(spec.logFolder);
    const log = openSync(this.logFile, 'a');
    give(this.logFile);
    this.setState('starting');
    // A process group of its own: Ctrl-C in the terminal reaches the stack alone, which then stops things in order.
    // The kernel ends it when this process is gone, in whatever way: nothing may stay behind.
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', spec.command, ...spec.args], {
      cwd: spec.cwd ?? spec.logFolder,
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...spec.env },
      stdio: ['ignore', log, log],
      detached: true,
      ...(spec.asSelf ? undefined : serviceAccount),
    });
    closeSync(log);
    this.child = child;
    let failure: Error | undefined;
    this.exited = new Promise((resolve) => {
      const ended = (error?: Error) => {
        failure = error;
        this.child = undefined;
        if (this.state !== 'stopped') this.setState('failed');
        this.spec.onChange?.();
        resolve();
      };
      child.once('error', ended);
      child.once('exit', () => ended());
    });
    await this.untilReady(() => failure);
    this.setState('running');
    return this;
  }

  /** Ends it: the stop signal, then SIGKILL to its process group when the time is over. */
  async stop(signal = this.spec.stopSignal ?? 'SIGTERM'): Promise<void> {
    const pid = this.child?.pid;
    if (pid !== undefined) {
      this.setState('stopped');
      this.signal(signal);
      const late = sleep(this.spec.stopTimeoutMs ?? 10_000, 'late', { ref: false });
      if ((await Promise.race([this.exited, late])) === 'late') {
        killGroup(pid);
        await this.exited;
      }
      killGroup(pid); // what it may have left behind, such as an omprog child
    }
    this.setState('stopped');
  }

  /** Sends one signal to the process itself. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** The end of its log, for error messages. */
  lastWords(lines = 5): string {
    if (!existsSync(this.logFile)) return '';
    const said = readFileSync(this.logFile, 'utf8').trimEnd().split('\n');
    // Of a Java stack trace, what was thrown and what caused it, not where.
    return said
      .filter((line) => !/^\s+(at |\.\.\. \d+ more)/.test(line))
      .slice(-lines)
      .join('\n');
  }

  private async untilReady(failure: () => Error | undefined): Promise<void> {
    const progress = new Progress(this.child?.pid ?? 0, this.logFile);
    const { startIdleMs = 60_000, startCpuMs = 300_000 } = this.spec;
    while (!(await this.spec.ready().catch(() => false))) {
      if (!this.child) {
        const reason = failure()?.message ?? this.lastWords();
        throw new StackError(
          'ROTA_SERVICE_EXITED',
          `${this.spec.name} ended while starting. Its log is ${this.logFile}; it ends with:\n${reason}`,
        );
      }
      const { idleMs, usedMs } = progress.look();
      if (idleMs > startIdleMs || usedMs > startCpuMs) {
        await this.stop();
        throw new StackError(
          'ROTA_SERVICE_TIMEOUT',
          `${this.spec.name} does not answer on port ${this.spec.port} and gets no further. Its log is ${this.logFile}; it ends with:\n${this.lastWords()}`,
        );
      }
      await sleep(100);
    }
  }

  private setState(state: ServiceState): void {
    if (state === this.state) return;
    this.state = state;
    this.since = new Date();
    this.spec.onChange?.();
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group is gone already.
  }
}
