import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../test/scripted_relp.js';
import { isAccess, type Received, TcpSink } from '../../test/tcp_sink.js';
import { createLogger } from '../logger.js';

const FIXTURE = fileURLToPath(new URL('../../test/fixtures/crashing_server.ts', import.meta.url));

let sink: TcpSink;
let spool: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  spool = mkdtempSync(join(tmpdir(), 'rota-http-crash-'));
  sink = await TcpSink.start();
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await sink.stop();
  rmSync(spool, { recursive: true, force: true });
});

interface Running {
  base: string;
  exited: Promise<unknown[]>;
  /** Resolves when the server has said that line: `got /path` for each request, `survived` for each uncaught error. */
  says(line: string): Promise<void>;
}

async function run(env: Record<string, string> = {}): Promise<Running> {
  const started = spawn(process.execPath, ['--import', 'tsx', FIXTURE], {
    env: { ...process.env, SINK: sink.url, SPOOL: spool, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child = started;
  const exited = once(started, 'exit');
  let said = '';
  started.stdout?.on('data', (chunk) => {
    said += String(chunk);
  });
  const port = () => /^port (\d+)$/m.exec(said)?.[1];
  await until(() => port() !== undefined);
  return {
    base: `http://127.0.0.1:${port()}`,
    exited,
    says: (line) => until(() => said.includes(`${line}\n`)),
  };
}

/** The dead process's spool is adopted by the next logger on the same folder. */
async function eventsOf(count: number): Promise<Received[]> {
  const log = createLogger({ service: 'next', url: sink.url, spool: { dir: spool }, statsIntervalMs: 0 });
  log.info('here');
  try {
    return await sink.waitFor(count, isAccess);
  } finally {
    await log.close({ timeoutMs: 1000 });
  }
}

const byPath = (events: Received[]) => Object.fromEntries(events.map((event) => [event.url.path, event]));

describe('a process that dies with requests in the works', () => {
  it.each([
    ['/throws', 'RangeError', 'in a timer'],
    ['/rejects', 'TypeError', 'nobody catches it'],
  ])('logs the request that killed it by %s, with the stack, and those it took along', async (path, type, message) => {
    const { base, exited, says } = await run();
    await fetch(`${base}/fine`);
    const waiting = fetch(`${base}/waits`).catch(() => {});
    await says('got /waits');
    await fetch(base + path).catch(() => {});
    expect((await exited)[0]).toBe(1);
    await waiting;
    const events = byPath(await eventsOf(3));
    expect(events['/fine']?.http.response.status_code).toBe(200);
    expect(events[path]).toMatchObject({
      tags: ['aborted'],
      error: { type, message },
      event: { outcome: 'failure' },
    });
    expect(events[path]?.error.stack_trace).toContain('crashing_server.ts');
    expect(events['/waits']).toMatchObject({ tags: ['aborted'] });
    expect(events['/waits']?.event.reason).toContain('the process ended');
    expect(events['/waits']).not.toHaveProperty('error');
  });

  it('logs what was open when it exited by itself', async () => {
    const { base, exited } = await run();
    await fetch(`${base}/exits`).catch(() => {});
    expect((await exited)[0]).toBe(3);
    const [event] = await eventsOf(1);
    expect(event).toMatchObject({ url: { path: '/exits' }, tags: ['aborted'] });
  });

  it('goes on without a word where the application survives its uncaught errors', async () => {
    const { base, says } = await run({ SURVIVE: '1' });
    const client = new AbortController();
    const waiting = fetch(`${base}/throws`, { signal: client.signal }).catch(() => {});
    await says('survived');
    expect(await (await fetch(`${base}/fine`)).text()).toBe('alive');
    client.abort();
    await waiting;
    const events = byPath(await sink.waitFor(2, isAccess));
    expect(events['/fine']?.http.response.status_code).toBe(200);
    expect(events['/throws']).toMatchObject({ tags: ['aborted'], error: { type: 'RangeError' } });
  });
});
