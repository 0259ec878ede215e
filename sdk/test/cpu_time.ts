import { readFileSync } from 'node:fs';

/** The kernel's unit of processor time, 1/s, as /proc tells it on every Linux. */
const TICKS = 100;

/**
 * Processor time that `work` takes, ms. Unlike the clock it stands still while other programs have the processor, and
 * counts this thread alone (`process.cpuUsage` counts those of other tests, too).
 */
export function cpuMs(work: () => void): number {
  const begin = used();
  work();
  return used() - begin;
}

function used(): number {
  const stat = readFileSync('/proc/thread-self/stat', 'latin1');
  // Behind the name, which may hold anything but ends with the last bracket: utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}
