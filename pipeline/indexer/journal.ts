import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { wholeLines } from './lines';
import { isMark } from './marks';

const SUFFIX = '.journal';

/**
 * The lines of the transaction under way, written before each is confirmed to rsyslog.
 *
 * rsyslog 8.2302 forgets the confirmed lines of a transaction when the program dies before COMMIT, and when it is
 * itself shut down while COMMIT waits (rsyslog#2420, fixed in 2026). With the journal nothing hangs on that: whoever starts next
 * finds the file of a process that is no more and sends its lines again; ids make repeats harmless. It is not synced
 * to the disk: it must outlive processes, and a machine's crash is what rsyslog's own queue settings are about.
 */
export class Journal {
  private fd: number;
  private readonly path: string;
  /** Bytes of lines that are not known to be safe. */
  size = 0;

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true });
    this.path = join(dir, `${processKey(process.pid) ?? process.pid}${SUFFIX}`);
    this.fd = openSync(this.path, 'a', 0o600);
  }

  /**
   * @param lines whole lines, each with its newline; transaction marks among them do no harm
   * @throws the file system's error (disk full, say); what was written in part is taken back
   */
  append(lines: Buffer): void {
    let written = 0;
    try {
      while (written < lines.length) written += writeSync(this.fd, lines, written);
    } catch (error) {
      ftruncateSync(this.fd, this.size);
      throw error;
    }
    this.size += lines.length;
  }

  /** All of it is indexed. */
  clear(): void {
    if (this.size > 0) ftruncateSync(this.fd, 0);
    this.size = 0;
  }

  /** Leaves the file for whoever starts next, unless it is empty. */
  close(): void {
    closeSync(this.fd);
    this.fd = -1;
    if (this.size === 0) unlinkSync(this.path);
  }
}

/** The lines that a dead process left; `done` when they are all indexed. */
export interface Orphan {
  lines: Buffer[];
  done(): void;
}

/** Takes over the journals of processes that are no more. Of two that try, one gets each. */
export function adoptOrphans(dir: string): Orphan[] {
  const orphans: Orphan[] = [];
  const mine = processKey(process.pid) ?? String(process.pid);
  for (const name of readdirSync(dir).filter((file) => file.endsWith(SUFFIX))) {
    const owner = name.slice(0, -SUFFIX.length).split('+')[0]!;
    if (owner === mine || isAlive(owner)) continue;
    const adopted = join(dir, `${mine}+${name.slice(0, -SUFFIX.length).replaceAll('+', '_')}${SUFFIX}`);
    try {
      renameSync(join(dir, name), adopted);
    } catch {
      continue; // another worker was quicker
    }
    // A torn last line was never confirmed, so rsyslog still has it.
    const lines = wholeLines(readFileSync(adopted)).filter((line) => line.length > 0 && !isMark(line));
    orphans.push({ lines, done: () => unlinkSync(adopted) });
  }
  return orphans;
}

/** `<pid>-<start time>`: a pid alone comes round again. Undefined when there is no such process. */
export function processKey(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // After the name in brackets, which may hold anything: field 3 (state) on; the start time is field 22.
    return `${pid}-${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return undefined;
  }
}

function isAlive(key: string): boolean {
  return processKey(Number(key.split('-')[0])) === key;
}
