import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A command of the control plane failed, or a service did not come up; the message ends with its last words. */
export class PlaneError extends Error {
  override readonly name = 'PlaneError';
  constructor(
    readonly code: 'ROTA_PLANE_COMMAND' | 'ROTA_PLANE_START' | 'ROTA_PLANE_INSTALL',
    message: string,
  ) {
    super(message);
  }
}

const lastLines = (text: string, count = 15) => text.trimEnd().split('\n').slice(-count).join('\n');

// A start that may not write byte code compiles every module again: two seconds become ten.
function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { PYTHONDONTWRITEBYTECODE: _, ...inherited } = process.env;
  return { ...inherited, PYTHONWARNINGS: 'ignore', ...extra };
}

/** Runs a command to its end. @returns what it wrote to standard output. @throws PlaneError with its last lines */
export function runOnce(command: string, args: readonly string[], extra: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: environment(extra), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data;
    });
    child.stderr.on('data', (data: Buffer) => {
      errors += data;
    });
    child.on('error', (error) => reject(new PlaneError('ROTA_PLANE_COMMAND', `${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else {
        const words = `${command} ${args.join(' ')} ended with ${code ?? signal}:\n${lastLines(errors || output)}`;
        reject(new PlaneError('ROTA_PLANE_COMMAND', words));
      }
    });
  });
}

/** A long-running child whose output goes to a file. */
export class Service {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    private readonly logFile: string,
  ) {}

  /** `setpriv --pdeathsig` ends the child with this process, however that dies: nothing is left behind. */
  static start(name: string, command: string, args: readonly string[], logFile: string): Service {
    const log = openSync(logFile, 'a');
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', command, ...args], {
      env: environment(),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    return new Service(name, child, logFile);
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  log(): Promise<string> {
    return readFile(this.logFile, 'utf8');
  }

  /** Waits until `ready` says so. @throws PlaneError when the service ends first, or after `seconds` */
  async until(ready: () => Promise<boolean>, seconds = 300): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await ready())) {
      const late = Date.now() > deadline;
      if (this.ended || late) {
        const what = late ? `was not ready within ${seconds} s` : 'ended while it started';
        throw new PlaneError('ROTA_PLANE_START', `${this.name} ${what}:\n${lastLines(await this.log())}`);
      }
      await sleep(100);
    }
  }

  async stop(graceMs = 5000): Promise<void> {
    if (this.ended) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), graceMs);
    await gone;
    clearTimeout(timer);
  }
}
