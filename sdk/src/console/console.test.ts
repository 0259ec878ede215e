import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { recordOfCall } from '../record/log_record.js';
import { consoleSettings, isForConsole } from '../settings/options.js';
import { ConsoleEngine } from './console_engine.js';
import { pretty } from './pretty.js';

class Output extends EventEmitter {
  text = '';
  isTTY = false;
  failure: Error | undefined;
  write(text: string, done?: (error?: Error | null) => void): boolean {
    this.text += text;
    setImmediate(() => done?.(this.failure));
    return true;
  }
}

const engineOn = (output: Output, env = {}) =>
  new ConsoleEngine(consoleSettings({ service: 'shop', hostname: 'web-1' }, {}), output as never, env);
const say = (engine: ConsoleEngine, ...given: unknown[]) => engine.log(recordOfCall('warn', given, []));

describe('without an address', () => {
  it.each([
    [{}, {}, true],
    [{ url: 'console' }, {}, true],
    [{}, { ROTA_URL: 'console' }, true],
    [{}, { ROTA_URL: 'relp://h' }, false],
    [{ url: 'relp://h' }, {}, false],
    [{ urls: [] }, {}, false],
  ])('%j with %j goes to the console: %s', (options, env, expected) => {
    expect(isForConsole(options, env)).toBe(expected);
  });

  it('lines are the JSON that a receiver would get, without secrets', async () => {
    const output = new Output();
    const engine = engineOn(output);
    say(engine, 'hello %s', 'bob', { user: { id: 'u1' }, password: 's3cret' });
    expect(await engine.flush()).toEqual({ delivered: true, remaining: 0 });
    expect(JSON.parse(output.text)).toMatchObject({
      message: 'hello bob',
      log: { level: 'warning' },
      user: { id: 'u1' },
      password: '[redacted]',
      service: { name: 'shop' },
      event: { sequence: 1 },
    });
    expect(engine.stats()).toMatchObject({ sequence: 1, delivered: 1, pending: 0, dropped: 0 });
  });

  it('on a terminal they are for people, in colours unless NO_COLOR says otherwise', () => {
    const output = Object.assign(new Output(), { isTTY: true });
    say(engineOn(output), 'hello', { user: { id: 'u1' } });
    say(engineOn(output, { NO_COLOR: '1' }), 'plain', { a: 'two words' });
    const [coloured, plain] = output.text.split('\n');
    expect(coloured).toContain('\u001b[33mWARNING\u001b[0m hello');
    expect(plain).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARNING plain {2}a="two words"$/);
  });

  it('a closed output ends nothing, and what it took not is counted', async () => {
    const output = new Output();
    output.failure = new Error('EPIPE');
    const engine = engineOn(output);
    say(engine, 'lost');
    await engine.flush();
    expect(engine.stats()).toMatchObject({ delivered: 0, dropped: 1 });
  });
});

describe('pretty', () => {
  it('shows time, level, text, fields, and the stack below', () => {
    const doc = {
      '@timestamp': '2026-11-30T12:34:56.789Z',
      log: { level: 'error' },
      message: 'failed',
      error: { type: 'E', stack_trace: 'E: boom\n    at x' },
      labels: { a: 'b' },
      list: [1, 2],
      service: { name: 'shop' },
    };
    expect(pretty(JSON.stringify(doc), false)).toBe(
      '12:34:56.789 ERROR   failed  error.type=E labels.a=b list=[1,2]\n    E: boom\n        at x',
    );
    expect(pretty(`<131>1 - h a - - [meta sequenceId="1"] ${JSON.stringify(doc)}`, false)).toContain('ERROR   failed');
  });

  it('lets other lines pass, and obeys no control character', () => {
    expect(pretty('npm start', true)).toBe('npm start');
    expect(pretty('[1,2]', true)).toBe('[1,2]');
    expect(pretty('{"message":"\\u001b[2Jgone\\u202e"}', false)).toContain('\\u001b[2Jgone\\u202e');
    expect(pretty('{broken', false)).toBe('{broken');
  });
});
