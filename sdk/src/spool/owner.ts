/**
 * Whose spool folder it is stands in the folder's name, `<id>@<machine>.<pid>.<start>`, so that taking over a dead
 * process's folder is one rename: of several that try, one wins, and there is no moment without an owner.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface Owner {
  /** Machine since its boot, and PID namespace: where the process id means something. */
  machine: string;
  pid: number;
  /** When the process began (clock ticks since boot; 0 where that is unknown), since process ids are used again. */
  start: string;
}

export interface SpoolName {
  id: string;
  /** Nobody, when its process has let go of it. */
  owner: Owner | undefined;
}

const PATTERN = /^([0-9a-zA-Z-]{1,64})@(?:([0-9a-zA-Z_-]+)\.(\d+)\.(\d+)|free)$/;

export function spoolName(id: string, owner: Owner | undefined): string {
  return owner === undefined ? `${id}@free` : `${id}@${owner.machine}.${owner.pid}.${owner.start}`;
}

/** undefined for a folder that is no spool. */
export function parseSpoolName(name: string): SpoolName | undefined {
  const match = PATTERN.exec(name);
  if (match === null) return undefined;
  const [, id = '', machine, pid, start = '0'] = match;
  return { id, owner: machine === undefined ? undefined : { machine, pid: Number(pid), start } };
}

/** This process. */
export function currentOwner(): Owner {
  return { machine: machineName(), pid: process.pid, start: startOf(process.pid) ?? '0' };
}

/**
 * Whether a folder's owner is gone. On this machine the process table says so; of another machine (a shared folder) one
 * can only see that it has not given a sign of life for long.
 */
export function isGone(owner: Owner | undefined, here: Owner, silentMs: number, limitMs: number): boolean {
  if (owner === undefined) return true;
  if (owner.machine !== here.machine) return silentMs > limitMs;
  if (owner.pid === here.pid && owner.start === here.start) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  const start = startOf(owner.pid);
  if (start === DEAD) return true;
  return start !== undefined && owner.start !== '0' && start !== owner.start;
}

/** A process that has ended and was not waited for. */
const DEAD = 'dead';

/** Field 22 of /proc/<pid>/stat; the second field may hold spaces and brackets. Field 3 is the state. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? DEAD : fields[19];
  } catch {
    return undefined;
  }
}

function machineName(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
    return `${boot}-${namespace}`;
  } catch {
    return hostname().replace(/[^0-9a-zA-Z_-]/g, '_') || 'localhost';
  }
}
