import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { ServiceProcess } from '../../stack/services/process.js';

const TICKS_PER_S = 100;

/** Whether this machine has the two cores that the comparison needs. */
export const canPin = cpus().length >= 2;

/** Keeps a service (and what it starts) on one core. Call before it starts. */
export function pin(service: ServiceProcess, core: number): ServiceProcess {
  if (!canPin) return service;
  service.spec.args.unshift('-c', String(core), service.spec.command);
  service.spec.command = 'taskset';
  return service;
}

export function pinSelf(core: number): void {
  if (canPin) execFileSync('taskset', ['-a', '-c', '-p', String(core), String(process.pid)], { stdio: 'ignore' });
}

/** CPU seconds that a process and all its descendants have used, their ended children included. */
export function cpuSeconds(root: number): number {
  const parents = new Map<number, number>();
  const used = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      parents.set(Number(name), Number(fields[1]));
      // utime, stime, and those of children that were waited for
      used.set(Number(name), [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / TICKS_PER_S);
    } catch {
      // ended meanwhile
    }
  }
  const isBelow = (pid: number): boolean => pid === root || (parents.has(pid) && isBelow(parents.get(pid)!));
  return [...used].filter(([pid]) => isBelow(pid)).reduce((sum, [, seconds]) => sum + seconds, 0);
}
