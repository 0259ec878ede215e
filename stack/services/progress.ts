import { readdirSync, readFileSync, statSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second, whatever the kernel's own tick is. */
const TICK_MS = 10;
const EVERY_MS = 1000;

/**
 * Whether a starting service still gets on. A time on the clock says nothing on a loaded machine, so two things are
 * watched that do not depend on it: what its process group has used of the processor, and what it wrote to its log.
 */
export class Progress {
  private usedMs = 0;
  private logBytes = 0;
  private movedAt: number;
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly pid: number,
    private readonly logFile: string,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.movedAt = now();
  }

  /** How long it has neither used the processor nor written a line, and what it has used so far, both in ms. */
  look(): { idleMs: number; usedMs: number } {
    const now = this.now();
    // A walk through /proc is not free, and whoever waits asks often.
    if (now - this.lookedAt >= EVERY_MS) {
      const usedMs = cpuOfGroup(this.pid);
      const logBytes = sizeOf(this.logFile);
      if (usedMs > this.usedMs || logBytes > this.logBytes) this.movedAt = now;
      this.usedMs = Math.max(this.usedMs, usedMs);
      this.logBytes = logBytes;
      this.lookedAt = now;
    }
    return { idleMs: now - this.movedAt, usedMs: this.usedMs };
  }
}

/** CPU time, user and system, of the living processes of a group, in ms (proc(5), /proc/PID/stat). */
export function cpuOfGroup(group: number): number {
  let ticks = 0;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const fields = statOf(entry);
    // After the name: state, parent, group; user and system time are the 12th and 13th.
    if (Number(fields[2]) === group) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * TICK_MS;
}

function statOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets and may hold blanks and brackets itself.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It ended between the listing and the reading.
    return [];
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
