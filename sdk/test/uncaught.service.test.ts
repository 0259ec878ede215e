import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Received, TcpSink } from './tcp_sink.js';

const root = mkdtempSync(join(tmpdir(), 'rota-uncaught-'));
const NOBODY = 'relp://127.0.0.1:9';
const fixture = fileURLToPath(new URL('./fixtures/uncaught.mts', import.meta.url));
const isError = (event: Received) => event.log?.level === 'error' || event['log.level'] === 'error';
let sink: TcpSink;

beforeEach(async () => {
  sink = await TcpSink.start();
});
afterEach(() => sink.stop());
afterAll(() => rmSync(root, { recursive: true, force: true }));

function run(url: string, way: string, ending: string, dir: string): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', fixture, url, way, ending, dir], { stdio: 'pipe' });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    out += String(chunk);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out })));
}

const spoolDir = () => mkdtempSync(join(root, 'spool-'));

describe('an error that nobody catches', () => {
  const WAYS = ['handleExceptions', 'exceptionHandlers', 'exceptions.handle()'];

  it.each(WAYS.flatMap((way) => ['thrown', 'rejected'].map((ending) => [way, ending] as const)))(
    'with %s: %s, it is delivered whole, and then the process ends with code 1',
    async (way, ending) => {
      const { code } = await run(sink.url, way, ending, spoolDir());
      const [event, ...more] = await sink.waitFor(1, isError);
      expect(code).toBe(1);
      expect(more).toEqual([]);
      expect(event).toMatchObject({
        message: expect.stringContaining('the application fails'),
        error: { type: 'Error', message: 'the application fails', code: 'E_OURS' },
      });
      expect(event?.['error'].stack_trace).toContain('at its root');
      expect(sink.events.some(({ message }) => message === 'still here')).toBe(false);
    },
  );

  it.each(WAYS)('with %s: is in the spool where no receiver answers, and comes with the next start', async (way) => {
    const dir = spoolDir();
    expect((await run(NOBODY, way, 'thrown', dir)).code).toBe(1);
    // Another process on the same spool; it fails, too, and is told apart by its own line.
    await run(sink.url, way, 'thrown', dir);
    const runs = (await sink.waitFor(2, isError)).map(({ agent }) => agent.ephemeral_id);
    expect(new Set(runs).size).toBe(2);
  });

  it('is printed as a line by a handler without a format', async () => {
    const { code, out } = await run(sink.url, 'bare console', 'thrown', spoolDir());
    expect(code).toBe(1);
    const lines = out.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'error', message: 'uncaughtException: the application fails' }),
    ]);
    expect(out).not.toContain('undefined');
  });

  it('is delivered by each of several loggers before the process ends', async () => {
    const { code, out } = await run(sink.url, 'two loggers', 'thrown', spoolDir());
    expect([code, out]).toEqual([1, '']);
    const services = (await sink.waitFor(2, isError)).map(({ service }) => service.name);
    expect(services.sort()).toEqual(['first', 'second']);
  });

  it.each(['exitOnError: false', 'exitOnError says no'])(
    '%s: is delivered, and the process lives on',
    async (ending) => {
      const { code } = await run(sink.url, 'handleExceptions', ending, spoolDir());
      expect(code).toBe(7);
      await sink.waitFor(1, isError);
      await sink.waitFor(1, ({ message }) => message === 'still here');
    },
  );

  it('ends the process as Node.js does where nothing handles it', async () => {
    const { code, out } = await run(sink.url, 'none', 'thrown', spoolDir());
    expect(code).toBe(1);
    expect(out).toContain('the application fails');
  });
});
