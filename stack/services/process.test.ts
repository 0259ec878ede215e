import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { give } from '../account.js';
import { ServiceProcess } from './process.js';
import { Progress } from './progress.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rota-process-'));
  give(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const service = (script: string, ready: () => Promise<boolean>, limits: { idleMs?: number; cpuMs?: number } = {}) =>
  new ServiceProcess({
    name: 'subject',
    tier: 'store',
    port: 1,
    command: 'sh',
    args: ['-c', script],
    logFolder: folder,
    ready,
    ...(limits.idleMs === undefined ? {} : { startIdleMs: limits.idleMs }),
    ...(limits.cpuMs === undefined ? {} : { startCpuMs: limits.cpuMs }),
  });

it('sees that a service gets on by its log and by its processor time', () => {
  const log = join(folder, 'a.log');
  let now = 0;
  const nobody = new Progress(0x3fff_fff0, log, () => now);
  const at = (t: number) => {
    now = t;
    return nobody.look().idleMs;
  };
  expect(at(60_000)).toBe(60_000);
  writeFileSync(log, 'a line');
  expect(at(61_000)).toBe(0);
  expect(at(90_000)).toBe(29_000);
  // This process's own group works while it asks.
  const own = new Progress(Number(execFileSync('ps', ['-o', 'pgid=', '-p', String(process.pid)])), log, () => now);
  now = 200_000;
  expect(own.look()).toMatchObject({ idleMs: 0 });
  expect(own.look().usedMs).toBeGreaterThan(0);
});

it('gives up on a service that does nothing', async () => {
  const idle = service('sleep 1000', async () => false, { idleMs: 300 });
  await expect(idle.start()).rejects.toMatchObject({ code: 'ROTA_SERVICE_TIMEOUT' });
  expect(idle.pid).toBeUndefined();
});

it('gives up on a service that spends its processor time on something else than serving', async () => {
  const spinning = service('while true; do :; done', async () => false, { cpuMs: 500 });
  await expect(spinning.start()).rejects.toMatchObject({ code: 'ROTA_SERVICE_TIMEOUT' });
});

it('ends with the process that started it, also when that one is killed', async () => {
  const file = join(folder, 'pid');
  const starter = join(folder, 'starter.ts');
  writeFileSync(
    starter,
    `import { ServiceProcess } from ${JSON.stringify(join(import.meta.dirname, 'process.ts'))};
     import { writeFileSync } from 'node:fs';
     const service = new ServiceProcess({ name: 'kept', tier: 'store', port: 1, command: 'sleep', args: ['1000'],
       logFolder: ${JSON.stringify(folder)}, ready: async () => true });
     void service.start().then(() => writeFileSync(${JSON.stringify(file)}, String(service.pid)));
     setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, ['--import', 'tsx', starter], { cwd: join(import.meta.dirname, '../..') });
  const pid = await until(() => Number(readOr(file)) || undefined);
  expect(isAlive(pid)).toBe(true);
  child.kill('SIGKILL');
  await until(() => (isAlive(pid) ? undefined : true));
});

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await sleep(50);
  }
}
