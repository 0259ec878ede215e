import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import winston from 'winston';
import { ScriptedRelp } from '../test/scripted_relp.js';
import { createLogger, type Logger, type LoggerOptions, SyslogTransport } from './index.js';

// biome-ignore lint/suspicious/noExplicitAny: documents of any shape
type Doc = any;

let relp: ScriptedRelp;
let open: Logger[] = [];

beforeEach(async () => {
  relp = await ScriptedRelp.start();
});
afterEach(async () => {
  for (const log of open) await log.close({ timeoutMs: 100 });
  open = [];
  await relp.stop();
});

function logger(options: Partial<LoggerOptions> = {}): Logger {
  const log = createLogger({ url: relp.url, service: 'shop', statsIntervalMs: 0, exitTimeoutMs: 60_000, ...options });
  open.push(log);
  return log;
}

async function docs(log: Logger): Promise<Doc[]> {
  await log.flush();
  return relp.messages.map((text) => JSON.parse(text.slice(text.indexOf('{'))));
}

const boom = () => Object.assign(new RangeError('boom'), { code: 'E_BOOM' });
const BOOM = expect.objectContaining({ type: 'RangeError', message: 'boom', code: 'E_BOOM' });

describe('what a log call is given arrives, however it is given', () => {
  it.each<[string, unknown[], Doc]>([
    ['a text', ['a'], { message: 'a' }],
    ['fields', ['a', { x: 1 }], { message: 'a', x: 1 }],
    ['%s', ['user %s', 'bob'], { message: 'user bob' }],
    ['%s, %d and fields', ['%s paid %d', 'bob', 42, { x: 1 }], { message: 'bob paid 42', x: 1 }],
    ['%j with an object', ['got %j', { a: [1] }], { message: 'got {"a":[1]}' }],
    ['%j with a secret', ['got %j', { password: 'x' }], { message: 'got {"password":"[redacted]"}' }],
    ['%s with fields only', ['100%s', { x: 1 }], { message: '100%s', x: 1 }],
    ['%d with a word', ['n %d', 'many'], { message: 'n many' }],
    ['%% with arguments', ['%d%% of %s', 5, 'all'], { message: '5% of all' }],
    ['%% without', ['100%%'], { message: '100%%' }],
    ['more tokens than arguments', ['%s and %s', 'a'], { message: 'a and %s' }],
    ['a second object', ['a', { x: 1 }, { y: 2 }], { message: 'a', x: 1, y: 2 }],
    ['words without tokens', ['a', 'b', 3, null], { message: 'a b 3 null' }],
    ['a list', ['a', [1, 2]], { message: 'a [1,2]' }],
    ['a date', ['at', new Date(0)], { message: 'at 1970-01-01T00:00:00.000Z' }],
    ['a map and a set', ['of', new Map([['a', 1]]), new Set([2])], { message: 'of {"a":1} [2]' }],
    ['an error', ['failed', boom()], { message: 'failed', error: BOOM }],
    ['an error and fields', ['failed', boom(), { x: 1 }], { message: 'failed', error: BOOM, x: 1 }],
    ['fields and an error', ['failed', { x: 1 }, boom()], { message: 'failed', error: BOOM, x: 1 }],
    ['two errors', ['failed', boom(), boom()], { error: BOOM, errors: [BOOM] }],
    ['%s with an error', ['failed: %s', boom()], { message: 'failed: boom', error: BOOM }],
    ['an error alone', [boom()], { message: 'boom', error: BOOM }],
    ['an error before fields', [boom(), { x: 1 }], { message: 'boom', error: BOOM, x: 1 }],
    ['fields called level and message', ['a', { level: 7, message: 'b' }], { message: 'a b', level: 7 }],
  ])('%s', async (_name, args, expected) => {
    const log = logger();
    for (const one of [log, log.child({ from: 'child' })]) (one.info as (...all: unknown[]) => unknown)(...args);
    const [own, childs] = await docs(log);
    expect(own).toMatchObject({ log: { level: 'info' }, ...expected });
    expect(childs).toMatchObject({ from: 'child', ...expected });
    expect(own.message).toBe(childs.message);
    expect([own, childs].filter((doc) => '0' in doc || 'stack' in doc)).toEqual([]);
  });

  it("leaves to winston's splat format what that takes in", async () => {
    const log = logger({ format: winston.format.splat() });
    log.info('%s paid %d', 'bob', 42, { x: 1 });
    log.info('a', { x: 1 }, { y: 2 });
    expect(await docs(log)).toMatchObject([
      { message: 'bob paid 42', x: 1 },
      { message: 'a', x: 1, y: 2 },
    ]);
  });

  it('does not bring back what a format took out', async () => {
    const log = logger({
      format: winston.format((info) => {
        delete info['x'];
        return info;
      })(),
    });
    log.info('a', { x: 1, y: 2 });
    expect((await docs(log))[0]).not.toHaveProperty('x');
  });

  it.each([{ redact: false as const }, {}])('spells out errors at any depth, with %j', async (options) => {
    const log = logger(options);
    log.info('a', { labels: { cause: boom() }, list: [boom()] });
    const cycle: Record<string, unknown> = { cause: boom() };
    cycle['self'] = cycle;
    log.info('b', { cycle });
    expect(await docs(log)).toMatchObject([{ labels: { cause: BOOM }, list: [BOOM] }, { cycle: { cause: BOOM } }]);
  });

  it('sends text and fields where the body is a message and no format wrote it', async () => {
    const log = logger({ body: 'message' });
    log.info('paid', { amount: 5, password: 'x' });
    log.info('user %s', 'bob');
    await log.flush();
    expect(relp.messages.map((text) => text.replace(/.*"\] /, ''))).toEqual([
      'paid {"amount":5,"password":"[redacted]"}',
      'user bob',
    ]);
  });
});

describe('a child', () => {
  it('has its fields on every line, over those of the logger above it, and under those of the line', async () => {
    const log = logger({ defaultMeta: { b: 0 } });
    const child = log.child({ a: 1, c: 1 }).child({ c: 2 });
    child.info('x', { d: 3 });
    child.info('y', { a: 4 });
    log.info('z');
    expect(await docs(log)).toMatchObject([{ a: 1, b: 0, c: 2, d: 3 }, { a: 4, b: 0, c: 2 }, { b: 0 }]);
    expect(child.stats().sequence).toBe(3);
  });
});

describe('levels', () => {
  it('warn is warning, for children too', async () => {
    const log = logger({ level: 'warn' });
    log.info('not sent');
    log.warn('a', { x: 1 });
    log.child({ from: 'child' }).warn('b');
    expect((await docs(log)).map((doc) => [doc.message, doc.log.level])).toEqual([
      ['a', 'warning'],
      ['b', 'warning'],
    ]);
  });

  it.each(['loud', 'WARN', 4])('refuses %j, which would keep every line back', (level) => {
    expect(() => logger({ level: level as never })).toThrow(
      expect.objectContaining({ code: 'ROTA_CONFIG_LEVEL', message: expect.stringContaining('Use one of emerg') }),
    );
  });

  it('can be changed later, by the same names', async () => {
    const log = logger();
    const child = log.child({ from: 'child' });
    log.level = 'warn';
    expect(log.level).toBe('warning');
    log.info('not sent');
    child.info('not sent');
    log.warning('a');
    log.level = 'debug';
    child.debug('b');
    expect((await docs(log)).map((doc) => doc.message)).toEqual(['a', 'b']);
  });

  it.each(['loud', undefined])('cannot be changed to %j', async (level) => {
    const log = logger();
    const change = () => {
      log.level = level as never;
    };
    if (level) expect(change).toThrow(expect.objectContaining({ code: 'ROTA_CONFIG_LEVEL' }));
    else change();
    expect(log.level).toBe('info');
    log.info('sent');
    expect(await docs(log)).toHaveLength(1);
  });
});

describe('options that are not known', () => {
  it.each<[object, string]>([
    [{ spoolDir: '/s' }, 'spool.dir'],
    [{ Spool: '/s' }, 'spool'],
    [{ queue: { maxMessages: 5 } }, 'queue.maxEvents'],
    [{ tls: { ca_file: 'x' } }, 'tls.caFile'],
    [{ redact: { path: ['a'] } }, 'redact.paths'],
    [{ exitTimeout: 5 }, 'exitTimeoutMs'],
    [{ levels: {} }, 'level'],
  ])('%j is refused, with the name that was meant', (options, meant) => {
    expect(() => logger(options as never)).toThrow(
      expect.objectContaining({
        code: 'ROTA_CONFIG_UNKNOWN',
        message: expect.stringContaining(`Did you mean ${meant}?`),
      }),
    );
  });

  it('with no name near, all are listed', () => {
    expect(() => logger({ xyzzy: 1 } as never)).toThrow(/createLogger has no option xyzzy\. It has url, urls, /);
  });

  it.each<[object, string]>([
    [{ url: 'relp://h', service: 's', bogus: 1 }, 'ROTA_CONFIG_UNKNOWN'],
    [{ url: 'relp://h', service: 's', protocol: 'tls4' }, 'ROTA_CONFIG_CONFLICT'],
    [{ url: 'relp://h', service: 's', type: 'BSD' }, 'ROTA_CONFIG_CONFLICT'],
    [{ host: 'h', port: 1, spool: '/s' }, 'ROTA_CONFIG_CONFLICT'],
    [{ service: 's' }, 'ROTA_CONFIG_CONFLICT'],
  ])('the transport refuses %j by %s', (options, code) => {
    expect(() => new SyslogTransport(options as never)).toThrow(expect.objectContaining({ code }));
  });

  it("the transport takes winston-syslog's names for service and host", async () => {
    const transport = new SyslogTransport({ url: relp.url, app_name: 'shop', localhost: 'web-7', type: '5424' });
    const log = winston.createLogger({ levels: winston.config.syslog.levels, transports: [transport] });
    log.info('hello');
    await transport.flush();
    expect(relp.messages[0]).toMatch(/^<134>1 \S+ web-7 shop /);
    await transport.shutdown({ timeoutMs: 100 });
  });
});
