/** Runs the examples as a user would: with the built package, in processes of their own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedRelp, until } from './scripted_relp.js';
import type { Received } from './tcp_sink.js';

const SDK = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLES = join(SDK, 'examples');

let relp: ScriptedRelp;
let spool: string;
let child: ChildProcess | undefined;

beforeAll(async () => {
  execFileSync(process.execPath, ['--import', 'tsx', join(SDK, 'build.ts')], { cwd: SDK, stdio: 'inherit' });
  relp = await ScriptedRelp.start();
  spool = mkdtempSync(join(tmpdir(), 'rota-examples-'));
});
afterEach(() => {
  if (child && child.exitCode === null) child.kill('SIGKILL');
  relp.frames.length = 0;
});
afterAll(async () => {
  await relp.stop();
  rmSync(spool, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function run(file: string) {
  const port = await freePort();
  const started = spawn(process.execPath, [join(EXAMPLES, file)], {
    env: { ...process.env, PORT: String(port), ROTA_URL: relp.url, ROTA_SPOOL_DIR: spool, NODE_ENV: 'test' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  let printed = '';
  for (const stream of [started.stdout, started.stderr]) stream?.on('data', (text) => (printed += text));
  const exited = once(started, 'exit');
  await until(() => printed.includes('ready') || started.exitCode !== null);
  if (started.exitCode !== null) throw new Error(`${file} did not start: ${printed}`);
  return {
    base: `http://127.0.0.1:${port}`,
    async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<unknown> {
      started.kill(signal);
      return (await exited)[0];
    },
  };
}

const events = (): Received[] => relp.messages.map((message) => JSON.parse(message.slice(message.indexOf('] {') + 2)));
const access = () => events().filter((event) => event.event.dataset === 'rota.access');

it.each(['node_http.mjs', 'express.mjs', 'fastify.mjs', 'koa.mjs'])(
  '%s logs its requests and all its lines before it ends on a signal',
  async (file) => {
    const { base, stop } = await run(file);
    const hello = await fetch(base, { headers: { 'x-request-id': 'example-1', connection: 'close' } });
    expect(await hello.text()).toBe('Hello\n');
    expect((await fetch(`${base}/fail`, { headers: { connection: 'close' } })).status).toBe(500);
    expect(await stop()).toBe(0);
    expect(access().map((event) => event.message)).toEqual(['GET / 200', 'GET /fail 500']);
    expect(access()[1]?.error).toMatchObject({ message: 'This is what a 500 looks like' });
    const line = events().find((event) => event.message === 'Someone is here');
    expect(line?.http.request.id).toBe('example-1');
    const sequences = events().map((event) => event.event.sequence);
    expect(sequences.sort((a, b) => a - b)).toEqual(sequences.map((_one, index) => index + 1));
    expect(events().some((event) => event.event.dataset === 'rota.sdk' && event.rota.sdk.closing === true)).toBe(true);
  },
);

it('express.mjs keeps the password out, and the user on every line', async () => {
  const { base, stop } = await run('express.mjs');
  const answer = await fetch(`${base}/login`, {
    method: 'POST',
    body: JSON.stringify({ user: 'ada', password: 'hunter2' }),
    headers: { 'content-type': 'application/json', connection: 'close' },
  });
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(await stop('SIGINT')).toBe(0);
  expect(relp.messages.join('\n')).not.toContain('hunter2');
  expect(access()[0]).toMatchObject({
    user: { name: 'ada' },
    http: { request: { id: answer.headers.get('x-request-id') } },
  });
});

it('cluster.mjs counts per worker, and replaces a worker that crashed, whose last event is not lost', async () => {
  const { base, stop } = await run('cluster.mjs');
  const get = (path: string) => fetch(base + path, { headers: { connection: 'close' } }).then((one) => one.text());
  for (let n = 0; n < 8; n++) await get('/');
  await get('/crash').catch(() => {});
  // The worker in its place may take a while to come and have its turn.
  const runsSeen = () => new Set(events().map((event) => event.agent.ephemeral_id)).size;
  const done = () => access().some((event) => event.url.path === '/crash') && runsSeen() >= 3;
  for (const end = performance.now() + 60_000; !done() && performance.now() < end; await sleep(100))
    await get('/').catch(() => {});
  expect(await stop()).toBe(0);
  const crash = access().find((event) => event.url.path === '/crash');
  expect(crash).toMatchObject({ tags: expect.arrayContaining(['aborted']), error: { message: 'This worker is gone' } });
  const runs = new Set(events().map((event) => event.agent.ephemeral_id));
  expect(runs.size).toBeGreaterThanOrEqual(3);
  for (const run of runs) {
    const numbers = new Set(
      events()
        .filter((event) => event.agent.ephemeral_id === run)
        .map((event) => event.event.sequence),
    );
    expect(Math.max(...numbers)).toBe(numbers.size);
  }
});

describe('the PM2 configuration', () => {
  it('names an example that is there, and gives it time to say goodbye', () => {
    const { apps } = createRequire(import.meta.url)(join(EXAMPLES, 'pm2.config.cjs'));
    expect(existsSync(join(EXAMPLES, apps[0].script))).toBe(true);
    expect(apps[0].kill_timeout).toBeGreaterThan(3000);
  });
});

it('leaves no example untested', () => {
  const tested = ['node_http.mjs', 'express.mjs', 'fastify.mjs', 'koa.mjs', 'cluster.mjs', 'pm2.config.cjs'];
  expect(
    readdirSync(EXAMPLES)
      .filter((file) => /\.[cm]?js$/.test(file))
      .sort(),
  ).toEqual(tested.sort());
});
