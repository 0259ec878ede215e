import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer, obedient, ScriptedRelp, until } from './scripted_relp.js';

const app = fileURLToPath(new URL('./fixtures/app.mts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'rota-exit-'));
const NOBODY = 'relp://127.0.0.1:9';
let relp: ScriptedRelp;

beforeEach(async () => {
  relp = await ScriptedRelp.start();
});
afterEach(() => relp.stop());
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
  /** From the last log call to the end. */
  ms: number;
}

/** Long enough for everything, but where nobody listens. */
const env = (url: string) => ({ ...process.env, EXIT_TIMEOUT_MS: url === NOBODY ? '700' : '60000' });

function start(url: string, ...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const command = ['--import', 'tsx', app, url, ...args];
  return follow(spawn(process.execPath, command, { stdio: 'pipe', env: env(url) }));
}

/** Runs another process on the same spool until `done` says that all of it has come. */
async function deliver(dir: string, done: () => boolean): Promise<void> {
  const { child, ended } = start(relp.url, '0', 'wait', dir);
  await until(done);
  child.stdin?.end();
  await ended;
}

/** With files of at most `kilobytes`: the system refuses longer ones as it does on a full disk. */
function runOnFullDisk(kilobytes: number, ...args: string[]): Promise<Ended> {
  const line = [`ulimit -f ${kilobytes}; trap "" XFSZ; exec "$@"`, 'bash', process.execPath, '--import', 'tsx', app];
  return follow(spawn('bash', ['-c', ...line, ...args], { stdio: 'pipe', env: env(args[0] ?? '') })).ended;
}

function follow(child: ChildProcess): { child: ChildProcess; ended: Promise<Ended> } {
  const end: Ended = { code: null, signal: null, out: '', err: '', ms: 0 };
  let logged = performance.now();
  child.stdout?.on('data', (chunk) => {
    logged = performance.now();
    end.out += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    end.err += String(chunk);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ ...end, code, signal, ms: performance.now() - logged }));
  });
  return { child, ended };
}

const run = (url: string, ...args: string[]) => start(url, ...args).ended;
const spoolDir = () => mkdtempSync(join(root, 'spool-'));
const numbers = () => relp.messages.map((m) => Number(/"n":(\d+)/.exec(m)?.[1] ?? 0)).filter((n) => n > 0);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('a process that ends', () => {
  it('by itself, delivers everything first, with the closing statistics', async () => {
    const end = await run(relp.url, '5000', 'natural');
    expect([end.code, end.err, numbers()]).toEqual([0, '', upTo(5000)]);
    expect(relp.messages.at(-1)).toMatch(/"highest_sequence":5001,"acknowledged":5000.*"closing":true/);
  });

  it('is not kept alive by an idle connection', async () => {
    const end = await run(relp.url, '0', 'natural');
    expect(end.code).toBe(0);
    // Half of what it would wait for its receiver.
    expect(end.ms).toBeLessThan(30_000);
  });

  it('waits for a receiver that is gone only as long as it was told, and says what was lost', async () => {
    const end = await run(NOBODY, '10', 'natural');
    expect(end.code).toBe(0);
    expect(end.ms).toBeGreaterThan(600);
    expect(end.ms).toBeLessThan(30_000);
    const [why, lost, ...more] = end.err.split('\n');
    expect(why).toMatch(/^rota-sdk: relp:\/\/127\.0\.0\.1:9 cannot be reached .*ECONNREFUSED.* Check the address/);
    expect(lost).toMatch(
      /^rota-sdk: 11 events of fixture were not delivered .* Await close\(\) before process\.exit\(\), or give the option spool\.$/,
    );
    expect(more).toEqual(['']);
  });

  it('by process.exit() without a spool, says what was lost and keeps its exit code', async () => {
    const end = await run(relp.url, '10', 'exit');
    expect([end.code, end.err]).toEqual([3, expect.stringContaining('10 events of fixture')]);
  });

  it('by process.exit() with listeners that still log, counts that, too', async () => {
    const end = await run(relp.url, '10', 'last words');
    expect(end.code).toBe(3);
    expect(end.err).toMatch(/^rota-sdk: 10 events .*\nrota-sdk: 1 events of fixture were not delivered .*\n$/);
  });

  it('with a listener that logs at each beforeExit, sends what it can and ends all the same', async () => {
    const end = await run(relp.url, '1', 'before exit');
    expect(end.code).toBe(0);
    expect(relp.messages.filter((m) => m.includes('"message":"bye"')).length).toBeGreaterThan(0);
    expect(relp.messages.at(-1)).toContain('"closing":true');
  });

  it('with an async listener of beforeExit, sends what that logs', async () => {
    const end = await run(relp.url, '0', 'async before exit');
    expect([end.code, end.err]).toEqual([0, '']);
    expect(relp.messages.filter((m) => m.includes('"message":"bye"'))).toHaveLength(1);
    expect(relp.messages.at(-1)).toContain('"closing":true');
  });

  it('whose stderr nobody reads any more, ends as if somebody did', async () => {
    const { child, ended } = start(NOBODY, '10', 'natural');
    child.stderr?.destroy();
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });

  it('after close(), has lost nothing and says nothing', async () => {
    const end = await run(relp.url, '2000', 'close');
    expect([end.code, end.err, numbers().length]).toEqual([0, '', 2000]);
  });
});

describe('a process that ends badly, with a spool', () => {
  it.each([
    ['exit', 'overflow', 3, ''],
    ['throw', 'overflow', 1, 'the application fails'],
    ['reject', 'overflow', 1, 'the application fails'],
    ['natural', 'overflow', 0, ''],
    ['kill', 'write-through', null, ''],
    ['throw', 'write-through', 1, 'the application fails'],
  ])('%s, %s: the next process delivers everything', async (ending, mode, code, err) => {
    const dir = spoolDir();
    const end = await run(NOBODY, '3000', ending, dir, mode);
    expect([end.code, end.err]).toEqual([code, expect.stringContaining(err)]);
    expect(end.err).not.toContain('were not delivered');
    await deliver(dir, () => numbers().length >= 3000);
    expect(numbers()).toEqual(upTo(3000));
    const repeats = relp.messages.filter((m) => m.includes('"n":') && m.includes('[sdk@32473 resend="1"]'));
    expect(repeats.length).toBe(3000);
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each(['overflow', 'write-through'])('keeps what listeners log after ours, %s', async (mode) => {
    const dir = spoolDir();
    const end = await run(NOBODY, '10', 'last words', dir, mode);
    expect([end.code, end.err]).toEqual([3, '']);
    const isLast = (m: string) => /the very last|below the level/.test(m);
    await deliver(dir, () => numbers().length >= 11 && relp.messages.some(isLast));
    expect(numbers()).toEqual(upTo(11));
    expect(relp.messages.filter(isLast).length).toBe(1);
    // What closes the run is the last that was logged.
    const of = (m: string) => Number(/"sequence":(\d+)/.exec(m)?.[1]);
    const own = relp.messages.filter((m) => m.includes('resend="1"'));
    const last = own.reduce((a, b) => (of(a) > of(b) ? a : b));
    expect(last).toContain(`"highest_sequence":${of(last)}`);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('killed in the middle of its work, has lost nothing that a log call had returned for', async () => {
    const dir = spoolDir();
    // Acknowledges only some, slowly, so that there is always something on the way.
    relp.script = (frame, it) => {
      if (frame.command !== 'syslog') return obedient(frame, it);
      setTimeout(() => it.sockets[frame.connection - 1]?.write(answer(frame.txnr)), 3);
      return undefined;
    };
    const { child, ended } = start(relp.url, '10', 'storm', dir, 'write-through');
    await until(() => numbers().length > 500);
    child.kill('SIGKILL');
    await ended;
    const returned = Number(readFileSync(`${dir}.count`, 'utf8'));
    relp.script = obedient;
    const lacking = () => {
      const got = new Set(numbers());
      return upTo(returned).filter((n) => !got.has(n));
    };
    await deliver(dir, () => lacking().length === 0);
    expect(returned).toBeGreaterThan(500);
    expect(lacking()).toEqual([]);
  });

  it('goes on when the disk is full: what is on it is delivered, what is not is counted lost', async () => {
    const dir = spoolDir();
    const end = await runOnFullDisk(300, NOBODY, '3000', 'exit', dir, 'write-through');
    const lost = Number(/rota-sdk: (\d+) events of fixture/.exec(end.err)?.[1]);
    expect([end.code, lost]).toEqual([3, expect.any(Number)]);
    // The closing statistics are an event, too, and found no room either.
    await deliver(dir, () => numbers().length + lost >= 3001);
    const got = numbers();
    expect(got).toEqual(upTo(got.length));
    expect(got.length).toBeGreaterThan(100);
    expect(got.length + lost).toBe(3001);
  });

  it('leaves its spool to exactly one of several processes that share the folder', async () => {
    const dir = spoolDir();
    await Promise.all([1, 2, 3].map(() => run(NOBODY, '500', 'kill', dir, 'write-through')));
    expect(readdirSync(dir).length).toBe(3);
    await Promise.all([1, 2, 3].map(() => deliver(dir, () => numbers().length >= 1500)));
    const ids = relp.messages.filter((m) => m.includes('"n":')).map((m) => /"id":"([^"]+)"/.exec(m)?.[1]);
    expect([ids.length, new Set(ids).size, readdirSync(dir)]).toEqual([1500, 1500, []]);
  });
});
