/**
 * Whose spool folder it is stands in the folder's name, `<id>@<machine>.<pid>.<start>`, and for a transport in a worker
 * thread `….<thread>.<its start>`, so that taking over what an owner left is one rename: of several that try, one wins, and
 * there is no moment without an owner.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isMainThread, threadId } from 'node:worker_threads';

/** A thread other than the main one: it can end while its process lives. */
interface OwnerThread {
  /** The system's thread id; Node.js's own where the system's is unknown. */
  id: number;
  /** As of a process; '0' where the system does not tell of threads. */
  start: string;
}

export interface Owner {
  /** Machine since its boot, and PID namespace: where the process id means something. */
  machine: string;
  pid: number;
  /** When the process began (clock ticks since boot; 0 where that is unknown), since process ids are used again. */
  start: string;
  thread?: OwnerThread | undefined;
}

export interface SpoolName {
  id: string;
  /** Nobody, when its transport has let go of it. */
  owner: Owner | undefined;
}

const PATTERN = /^([0-9a-zA-Z-]{1,64})@(?:([0-9a-zA-Z_-]+)\.(\d+)\.(\d+)(?:\.(\d+)\.(\d+))?|free)$/;

export function spoolName(id: string, owner: Owner | undefined): string {
  if (owner === undefined) return `${id}@free`;
  const { machine, pid, start, thread } = owner;
  return `${id}@${machine}.${pid}.${start}${thread === undefined ? '' : `.${thread.id}.${thread.start}`}`;
}

/** undefined for a folder that is no spool. */
export function parseSpoolName(name: string): SpoolName | undefined {
  const match = PATTERN.exec(name);
  if (match === null) return undefined;
  const [, id = '', machine, pid, start = '0', threadOf, threadStart = '0'] = match;
  const thread = threadOf === undefined ? undefined : { id: Number(threadOf), start: threadStart };
  return { id, owner: machine === undefined ? undefined : { machine, pid: Number(pid), start, thread } };
}

/** This thread of this process. */
export function currentOwner(): Owner {
  return { machine: machineName(), pid: process.pid, start: startOf(`${process.pid}`) ?? '0', thread: currentThread() };
}

function currentThread(): OwnerThread | undefined {
  if (isMainThread) return undefined;
  try {
    // `<pid>/task/<tid>` of the thread that reads it.
    const task = readlinkSync('/proc/thread-self');
    const start = startOf(task);
    if (start !== undefined) return { id: Number(task.replace(/^.*\//, '')), start };
  } catch {
    // Not Linux.
  }
  return { id: threadId, start: '0' };
}

/**
 * Whether a folder's owner is gone. On this machine the process table says so. Of another machine (a shared folder), and
 * of threads where the system does not tell of them, one can only see that there was no sign of life for long: `isSilent`.
 */
export function isGone(owner: Owner | undefined, here: Owner, isSilent: () => boolean): boolean {
  if (owner === undefined) return true;
  if (owner.machine !== here.machine) return isSilent();
  const own = owner.pid === here.pid && owner.start === here.start;
  if (!own && isProcessGone(owner)) return true;
  const { thread } = owner;
  if (thread === undefined || (own && thread.id === here.thread?.id && thread.start === here.thread.start))
    return false;
  if (thread.start === '0') return isSilent();
  const start = startOf(`${owner.pid}/task/${thread.id}`);
  // Where the process itself cannot be looked at, nothing is known of its threads either.
  return start !== thread.start && startOf(`${owner.pid}`) !== undefined;
}

function isProcessGone(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  const start = startOf(`${owner.pid}`);
  if (start === DEAD) return true;
  return start !== undefined && owner.start !== '0' && start !== owner.start;
}

/** A process or thread that has ended and was not waited for. */
const DEAD = 'dead';

/** Field 22 of /proc/<task>/stat; the second field may hold spaces and brackets. Field 3 is the state. */
function startOf(task: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${task}/stat`, 'utf8');
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
