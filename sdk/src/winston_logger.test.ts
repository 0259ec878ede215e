import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import vm from 'node:vm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import winston from 'winston';
import { cpuMs } from '../test/cpu_time.js';
import { ScriptedRelp } from '../test/scripted_relp.js';
import { createLogger, type Logger, type LoggerOptions } from './index.js';

// biome-ignore lint/suspicious/noExplicitAny: documents of any shape
type Doc = any;
type AnyCall = (...given: unknown[]) => unknown;

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
  expect(await log.flush()).toEqual({ delivered: true, remaining: 0 });
  return relp.messages.map((text) => JSON.parse(text.slice(text.indexOf('{'))));
}

/** Everything that a log call may be given, each with the words that must be found at the receiver. */
interface Given {
  value: unknown;
  words: string[];
}
const word = fc.stringMatching(/^[a-z]{6,10}$/).map((text) => `w${text}`);
const name = fc.oneof(
  fc.stringMatching(/^[a-z]{2,6}$/).map((text) => `k_${text}`),
  fc.constantFrom('message', 'msg', 'level', 'err', 'error', 'user', 'http', 'url', 'event', 'labels', 'user.id'),
  fc.constantFrom('stack', 'cause', 'service', 'constructor', '__proto__', 'rota', 'tags', 'trace'),
);
const leaf: fc.Arbitrary<Given> = fc.oneof(
  word.map((value) => ({ value, words: [value] })),
  fc.bigInt({ min: 10n ** 8n, max: 10n ** 30n }).map((value) => ({ value, words: [String(value)] })),
  word.map((text) => ({ value: Symbol(text), words: [text] })),
  fc.integer({ min: 10_000_000, max: 99_999_999 }).map((value) => ({ value, words: [String(value)] })),
  fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    .map((value) => ({ value, words: [value.toISOString()] })),
  word.map((text) => ({ value: new RegExp(text), words: [text] })),
  word.map((text) => ({ value: Buffer.from(text), words: [Buffer.from(text).toString('hex')] })),
  word.map((text) => ({ value: new URL(`http://h/${text}`), words: [text] })),
  word.map((text) => ({ value: new String(text), words: [text] })),
);
const tree = fc.letrec<{ any: Given; members: [string, Given][] }>((tie) => ({
  members: fc.uniqueArray(fc.tuple(name, tie('any')), { maxLength: 4, selector: ([key]) => key }) as never,
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    leaf,
    tie('members').map((members) => object(members, {})),
    tie('members').map((members) => object(members, Object.create(null))),
    tie('members').map((members) => object(members, new (class Order {})())),
    tie('members').map((members) => object(members, Object.assign(new EventEmitter(), { domain: undefined }))),
    tie('members').map((members) => frozen(object(members, {}))),
    tie('members').map((members) => proxied(object(members, {}))),
    tie('members').map((members) => circular(object(members, {}))),
    tie('members').map((members) => broken(object(members, {}))),
    tie('members').map((members) => ofJson(object(members, {}))),
    fc.tuple(word, tie('members')).map(([text, members]) => failed(text, members, new RangeError(text))),
    fc
      .tuple(word, tie('members'))
      .map(([text, members]) => failed(text, members, vm.runInNewContext('new TypeError(text)', { text }))),
    fc
      .tuple(word, tie('any'))
      .map(([text, { value, words }]) => ({ value: new Error(text, { cause: value }), words: [text, ...words] })),
    tie('members').map((members) => ({
      value: new Map(members.map(([key, { value }]) => [key, value])),
      words: wordsOf(members),
    })),
    fc.array(tie('any'), { maxLength: 3 }).map((items) => ({
      value: new Set(items.map(({ value }) => value)),
      words: items.flatMap(({ words }) => words),
    })),
    fc
      .array(tie('any'), { maxLength: 3 })
      .map((items) => ({ value: items.map(({ value }) => value), words: items.flatMap(({ words }) => words) })),
    fc.tuple(word, word).map(([key, text]) => ({ value: new Headers({ [key]: text }), words: [key, text] })),
    fc.tuple(word, word).map(([key, text]) => ({ value: new URLSearchParams({ [key]: text }), words: [key, text] })),
    fc.tuple(word, word).map(([key, text]) => {
      const value = new FormData();
      value.append(key, text);
      return { value, words: [key, text] };
    }),
  ),
}));

function wordsOf(members: readonly [string, Given][]): string[] {
  return members.flatMap(([, { words }]) => words);
}
function object(members: readonly [string, Given][], value: object): Given {
  for (const [key, one] of members) {
    Object.defineProperty(value, key, { value: one.value, enumerable: true, configurable: true, writable: true });
  }
  return { value, words: wordsOf(members) };
}
const frozen = ({ value, words }: Given): Given => ({ value: Object.freeze(value), words });
const proxied = ({ value, words }: Given): Given => ({ value: new Proxy(value as object, {}), words });
function circular({ value, words }: Given): Given {
  (value as Doc).k_self = value;
  return { value, words };
}
function broken({ value, words }: Given): Given {
  const get = () => JSON.parse('{');
  return { value: Object.defineProperty(value as object, 'k_broken', { enumerable: true, get }), words };
}
const ofJson = ({ value, words }: Given): Given => ({ value: { hidden: 'never-shown', toJSON: () => value }, words });
function failed(text: string, members: readonly [string, Given][], error: object): Given {
  // What an error is called, and where it came from, is told as such.
  const own = members.filter(([key]) => !['message', 'stack', 'cause', '__proto__'].includes(key));
  return { value: object(own, error).value, words: [text, ...wordsOf(own)] };
}

/** Own keys and whether they can be read, all the way down: what must be the same after a call. */
function shapeOf(value: unknown, above: readonly unknown[] = []): string {
  if (typeof value !== 'object' || value === null || above.includes(value)) return typeof value;
  const keys = Reflect.ownKeys(value).map(String).sort();
  const below = Object.entries(Object.getOwnPropertyDescriptors(value)).map(([, one]) =>
    shapeOf((one as Doc).value, [...above, value]),
  );
  return `${keys.join()}(${below.join()})`;
}

const text = fc.array(fc.oneof(word, fc.constantFrom('%s', '%d', '%j', '%o', '%c', '%x', '%', '100%')), {
  minLength: 1,
  maxLength: 4,
});
const call = fc.oneof(
  // Of two objects that give one name the later wins, as in winston: one is enough.
  fc
    .tuple(text, tree.any, fc.array(leaf, { maxLength: 2 }))
    .map(([parts, one, more]) => [parts, [one, ...more]] as const)
    .map(([parts, given]) => ({
      given: [parts.join(' '), ...given.map(({ value }) => value)],
      words: [...parts.filter((part) => part.startsWith('w')), ...given.flatMap(({ words }) => words)],
    })),
  fc.tuple(tree.any, fc.option(word, { nil: undefined })).map(([first, said]) => ({
    given: said === undefined ? [first.value] : [first.value, said],
    words: said === undefined ? first.words : [...first.words, said],
  })),
);

describe('whatever a log call is given', () => {
  it('is found at the receiver, by every way in, and stays as it was', async () => {
    const log = logger({ redact: false });
    const child = log.child({ from: 'child' });
    const ways: AnyCall[] = [
      (...given) => (log.info as AnyCall)(...given),
      (...given) => (log.log as AnyCall)('info', ...given),
      (...given) => (child.info as AnyCall)(...given),
      (...given) => (child.log as AnyCall)('warn', ...given),
    ];
    await fc.assert(
      fc.asyncProperty(call, fc.constantFrom(...ways), async ({ given, words }, way) => {
        relp.frames.length = 0;
        const before = given.map((one) => shapeOf(one));
        way(...given);
        expect(given.map((one) => shapeOf(one))).toEqual(before);
        const [doc] = await docs(log);
        const all = JSON.stringify(doc);
        expect(words.filter((one) => !all.includes(one)).map((one) => `${one} in ${all}`)).toEqual([]);
        expect(all).not.toContain('never-shown');
        for (const part of ['user', 'http', 'url', 'event', 'error', 'service', 'trace'] as const) {
          expect(doc[part] ?? {}).toBeTypeOf('object');
        }
      }),
      { numRuns: 400 },
    );
    expect(log.stats()).toMatchObject({ dropped: 0 });
  });
});

describe('what is too big for an event', () => {
  const values: [string, unknown][] = [
    ['a file', Buffer.alloc(20 << 20, 7)],
    ['a result set', Array.from({ length: 50_000 }, (_, id) => ({ id, name: `n${id}`, mail: 'a@example.com' }))],
    ['numbers', Array.from({ length: 1_000_000 }, (_, index) => index)],
    ['a long text', 'password=1 ü '.repeat(2_000_000)],
    ['control characters', '\u001b'.repeat(5_000_000)],
    ['a large map', new Map(Array.from({ length: 200_000 }, (_, index) => [index, { index }]))],
    [
      'an endless list',
      {
        *[Symbol.iterator]() {
          for (;;) yield 1;
        },
      },
    ],
    ['a BigInt of a megabyte', 1n << 8_000_000n],
    [
      'an error that drags all along',
      Object.assign(new Error('x'.repeat(1_000_000)), {
        body: Buffer.alloc(1 << 20),
        rows: Array(100_000).fill({ a: 1 }),
      }),
    ],
    ['deep', Array.from({ length: 5000 }).reduce<object>((below) => ({ below, note: 'x'.repeat(50) }), {})],
  ];
  it.each(values)('%s is cut in little time, marked, and takes nothing else with it', async (_name, value) => {
    const log = logger();
    const fields = { value, note: 'small', other: { list: [1, 2, 3] } };
    // The best of three: the first may wait for the compiler.
    const times = [1, 2, 3].map(() => cpuMs(() => void log.info('text', fields)));
    expect(Math.min(...times)).toBeLessThan(50);
    const [doc] = await docs(log);
    expect(doc).toMatchObject({ message: 'text', note: 'small', other: { list: [1, 2, 3] } });
    expect(JSON.stringify(doc).length).toBeLessThan(65_536);
  });

  it('a text is cut, too, and the fields beside it are not', async () => {
    const log = logger({ maxMessageBytes: 2000 });
    log.info('word '.repeat(100_000), { note: 'small' });
    log.info('many', Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index])));
    const [long, many] = await docs(log);
    expect(long).toMatchObject({ note: 'small', rota: { truncated: true } });
    expect(long.message).toMatch(/^(word )+.*…$/);
    expect(many).toMatchObject({ message: 'many', k0: 0, rota: { truncated: true } });
  });

  it('a secret at the seam of a cut does not show its first half', async () => {
    const log = logger({ maxMessageBytes: 4096 });
    log.info(`${'x '.repeat(2030)}password=${'s3cret'.repeat(20)}`);
    expect(JSON.stringify(await docs(log))).not.toContain('s3cret');
  });
});

describe('levels of other libraries', () => {
  it.each([
    ['warn', 4],
    ['WARN', 4],
    ['warning', 4],
    ['verbose', 7],
    ['http', 6],
    ['silly', 7],
    ['trace', 7],
    ['fatal', 2],
    ['critical', 2],
    ['err', 3],
    ['emergency', 0],
    [50, 3],
    [10, 7],
    ['boulevard', 5],
  ])('%s has severity %d, by log(), by an entry and in a child', async (level, severity) => {
    const log = logger({ level: 'debug' });
    (log.log as AnyCall)(level, 'a');
    (log.log as AnyCall)({ level, message: 'b', x: 1 });
    (log.child({ c: 1 }).log as AnyCall)(level, 'c');
    if (typeof level === 'string' && level === level.toLowerCase() && level in log) (log as Doc)[level]('d');
    const lines = await docs(log);
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(relp.messages.map((line) => Number(/^<(\d+)>/.exec(line)?.[1]) % 8)).toEqual(lines.map(() => severity));
    if (level === 'boulevard') expect(lines[0].log.level).toBe('boulevard');
    expect(log.isLevelEnabled(String(level))).toBe(true);
  });

  it('are kept back by the level that they stand for', async () => {
    const log = logger({ level: 'warn' });
    log.verbose('not sent');
    log.http('not sent');
    log.fatal('sent');
    expect([log.isLevelEnabled('http'), log.isLevelEnabled('fatal'), log.isWarnEnabled()]).toEqual([false, true, true]);
    expect((await docs(log)).map(({ message }) => message)).toEqual(['sent']);
    expect(log.stats().dropped).toBe(0);
  });
});

describe('other transports beside ours', () => {
  const printed = (lines: string[], format?: winston.Logform.Format) =>
    new winston.transports.Stream({
      format,
      stream: new Writable({
        write: (chunk, _encoding, done) => {
          lines.push(String(chunk).trim());
          done();
        },
      }),
    });

  it('get a finished text, or what winston would give their format', async () => {
    const plain: string[] = [];
    const own: string[] = [];
    const { combine, printf, splat } = winston.format;
    const log = logger({
      transports: [
        printed(plain),
        printed(
          own,
          combine(
            splat(),
            printf((info) => `${info.message} ${info['order']}`),
          ),
        ),
      ],
    });
    log.info('to %s', 'both', { order: 'o-17', password: 'x' });
    log.error('failed', new Error('for a reason'));
    expect(plain.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'info', message: 'to both', order: 'o-17', password: '[redacted]' },
      { level: 'error', message: 'failed', error: { message: 'for a reason' } },
    ]);
    expect(own).toEqual(['to both o-17', 'failed for a reason undefined']);
    expect((await docs(log)).map(({ message }) => message)).toEqual(['to both', 'failed']);
  });

  it('that throw cost nothing: every line once, numbered, none counted lost', async () => {
    const broken = winston.format(() => {
      throw new Error('broken');
    })();
    const log = logger({ transports: [printed([], broken)] });
    log.info('by method');
    log.log({ level: 'info', message: 'by entry' });
    log.child({ a: 1 }).info('by child');
    expect((await docs(log)).map(({ event }) => event.sequence)).toEqual([1, 2, 3]);
    expect(log.stats().dropped).toBe(0);
  });

  it('has types that fit where winston is asked for', () => {
    const asWinston: winston.Logger = logger();
    expect(asWinston).toBeInstanceOf(winston.Logger);
  });
});

describe("winston's other ways", () => {
  it('timers, profiles and streams arrive', async () => {
    const log = logger();
    log.startTimer().done({ message: 'took a while' });
    log.write({ level: 'warn', message: 'written' });
    Readable.from([{ level: 'info', message: 'piped' }]).pipe(log as never, { end: false });
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    const lines = await docs(log);
    expect(lines.map(({ message }) => message)).toEqual(['took a while', 'written', 'piped']);
    expect(lines[0].durationMs).toBeTypeOf('number');
  });

  it('the nearer field wins: the call over the child over the child above over defaultMeta', async () => {
    const log = logger({ defaultMeta: { a: 0, b: 0, c: 0, d: 0 } });
    log.child({ b: 1, c: 1, d: 1 }).child({ c: 2, d: 2 }).info('x', { d: 3 });
    log.log({ level: 'info', message: 'y', a: 4 });
    expect(await docs(log)).toMatchObject([{ a: 0, b: 1, c: 2, d: 3 }, { a: 4 }]);
  });

  it('an object that stands for itself by toJSON does so as fields, child fields and defaultMeta', async () => {
    const model = { hidden: 'private', toJSON: () => ({ shown: 'public' }) };
    const log = logger({ defaultMeta: model });
    log.info('a', model);
    log.child(model).info('b');
    log.log(Object.assign({ level: 'info', message: 'c' }, { model }) as never);
    const all = JSON.stringify(await docs(log));
    expect(all).toContain('public');
    expect(all).not.toContain('private');
  });

  it('the own members of an error, of its causes and of an AggregateError are kept, and redacted', async () => {
    const cause = Object.assign(new Error('inner'), { errno: -2, path: '/a', token: 's3cret' });
    const log = logger();
    log.error(
      'failed',
      Object.assign(new Error('outer', { cause }), { status: 418, type: 'teapot', password: 's3cret' }),
    );
    log.error('all', new AggregateError([Object.assign(new Error('one'), { part: 1 })], 'many'));
    const [first, second] = await docs(log);
    expect(first.error).toMatchObject({
      type: 'Error',
      status: 418,
      properties: { type: 'teapot' },
      cause: { message: 'inner', errno: -2, path: '/a' },
    });
    expect(second.error).toMatchObject({ type: 'AggregateError', errors: [{ message: 'one', part: 1 }] });
    expect(JSON.stringify([first, second])).not.toContain('s3cret');
  });
});
