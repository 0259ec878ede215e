import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { home } from '../layout.js';
import type { ServiceState, Tier } from '../services/process.js';

export interface ServiceStatus {
  name: string;
  tier: Tier;
  pid: number | null;
  port: number;
  state: ServiceState;
  /** ISO 8601 time of the last change of `state`. */
  since: string;
}

/** What `.rota/<base>/state.json` holds and `npm run demo -- status --json` prints. */
export interface StackState {
  /** The process that started the stack and ends it. */
  pid: number;
  base: number;
  /** The unix socket that takes `stop`, `start`, `fail`, `down`. */
  control: string;
  services: ServiceStatus[];
  urls: Record<string, string>;
}

export const stateFile = (base: number) => join(home(), String(base), 'state.json');

export function writeState(state: StackState): void {
  const file = stateFile(state.base);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** The state of a stack whose process lives; undefined when there is none. */
export function readState(base: number): StackState | undefined {
  const file = stateFile(base);
  if (!existsSync(file)) return undefined;
  const state = JSON.parse(readFileSync(file, 'utf8')) as StackState;
  return isAlive(state.pid) ? state : undefined;
}

/** What a stack that was killed (not stopped) left behind: its state file's service processes that still live. */
export function orphans(base: number): ServiceStatus[] {
  const file = stateFile(base);
  if (!existsSync(file)) return [];
  const state = JSON.parse(readFileSync(file, 'utf8')) as StackState;
  if (isAlive(state.pid)) return [];
  return state.services.filter((service) => service.pid !== null && belongsTo(service.pid, dirname(file)));
}

export function removeState(base: number): void {
  rmSync(stateFile(base), { force: true });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process id may have been given to another program since: ours has its run folder in its command, folder or environment. */
function belongsTo(pid: number, folder: string): boolean {
  try {
    return ['cmdline', 'environ'].some((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(folder));
  } catch {
    return false;
  }
}
