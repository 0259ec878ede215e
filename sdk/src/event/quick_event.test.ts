import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { severityOf } from '../record/levels.js';
import { plainOf } from '../record/spell.js';
import { createRedactor, NO_RULES, type RedactOptions, type Redactor } from '../redact/index.js';
import { HeaderEncoder } from '../syslog/rfc5424.js';
import { formatStamp, type Stamp } from '../syslog/timestamp.js';
import { EcsEncoder, type Fields } from './ecs_encoder.js';
import { QuickEvent } from './quick_event.js';
import { NOT_PLAIN, writeLines, writeNumber } from './write_ascii.js';

const header = new HeaderEncoder({
  facility: 'local0',
  hostname: 'web-1',
  appName: 'shop',
  procId: 42,
  software: 'rota-sdk',
  version: '0.1.0',
});
const statics = { service: { name: 'läden' }, agent: { type: 'x' }, host: {}, process: {}, rota: {} };
const ecs = new EcsEncoder(statics, '00ff', 'rota.app');

/** The long way, as the engine goes it. */
function slowly(stamp: Stamp, level: string, text: string, n: number, fields: Fields | undefined, redactor?: Redactor) {
  const head = header.head(severityOf(level), stamp.rfc5424, 'rota.app') + header.structuredData(n);
  const plain = fields && (plainOf(fields, 65_536).value as Fields);
  return (
    head + ecs.encode(stamp.iso, level, redactor?.text(text) ?? text, n, plain && (redactor?.fields(plain) ?? plain))
  );
}

function quickly(quick: QuickEvent, ...[stamp, level, text, n, fields]: Parameters<typeof slowly>): string | undefined {
  const bytes = Buffer.alloc(9000, '#');
  const end = quick.write(bytes, 100, 100 + 8192, stamp, level, text, n, fields);
  expect(bytes.subarray(0, 100).toString()).toBe('#'.repeat(100));
  expect(bytes.subarray(100 + 8192).every((b) => b === 0x23)).toBe(true);
  return end === NOT_PLAIN ? undefined : bytes.toString('utf8', 100, end);
}

const quickOf = (options?: RedactOptions) => {
  const redactor = createRedactor(options);
  return { redactor, quick: new QuickEvent(header, ecs, 'rota.app', redactor.plain ?? NO_RULES) };
};

const WORDS = [
  'GET',
  'a b',
  'Bearer abc123def',
  'token x1234567',
  'basic 1',
  'p=1',
  'password=x',
  'eyJhbGciOi.eyJzdWIi.x',
];
const SIGNS = ['\u007f', '\u001b[31m', 'né', '"', '\\', '\u2028', 'http://u:p@h/', '{"token":"x"}', '\ud800', ''];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string(),
  fc.array(fc.constantFrom(...WORDS, ...SIGNS), { maxLength: 4 }).map((parts) => parts.join(' ')),
);
const key = fc.oneof(
  fc.constantFrom('http', 'url', 'a.b', 'password', 'event', 'value', 'name', 'key', '7', 'rawHeaders', 'toJSON', 'né'),
  fc.constantFrom('service', '__proto__', 'accessToken', 'x y', 'q"', '-', '@timestamp', 'message', 'constructor'),
  fc.string({ maxLength: 8 }),
);
const scalar = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(null, undefined, -0, 2 ** 32));
const { fields } = fc.letrec<{ fields: Record<string, unknown>; value: unknown }>((tie) => ({
  fields: fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    scalar,
    tie('fields'),
    fc.array(scalar, { maxLength: 3 }),
    fc.array(fc.tuple(key, scalar), { maxLength: 2 }),
    fc.constant(new Date(0)),
    fc.constant(new Map([[1, 2]])),
  ),
}));
const stamps = fc
  .tuple(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(0, 60, -210))
  .map(([ms, offset]) => formatStamp(ms, offset));
const levels = fc.constantFrom('info', 'error', 'debug', 'odd "level"');
const numbers = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 2 ** 31 - 2, max: 2 ** 40 }));
const lines = fc.array(fc.tuple(stamps, levels, text, numbers, fc.option(fields, { nil: undefined })), {
  maxLength: 8,
});

describe('QuickEvent', () => {
  for (const [name, options] of [
    ['default rules', {}],
    ['further names', { names: ['url'], keep: ['access token'] }],
    ['no search in texts', { text: false }],
  ] as const) {
    it(`writes byte for byte what the long way writes, or nothing (${name})`, () => {
      const { redactor, quick } = quickOf(options);
      let written = 0;
      fc.assert(
        fc.property(lines, (all) => {
          for (const [stamp, level, said, n, given] of all) {
            const result = quickly(quick, stamp, level, said, n, given);
            if (result === undefined) continue;
            written += 1;
            const slow = Buffer.from(slowly(stamp, level, said, n, given, redactor)).toString();
            expect(result).toBe(slow);
          }
        }),
        { numRuns: 500 },
      );
      expect(written).toBeGreaterThan(100);
    });
  }

  it('takes the short way for what applications usually log', () => {
    const { quick } = quickOf();
    const usual = {
      http: { request: { method: 'GET' }, response: { status_code: 200 } },
      user: { id: null },
      tags: ['a', 1, null],
      ok: true,
    };
    expect(quickly(quick, formatStamp(0, 0), 'info', 'request done: näh', 1, usual)).toContain(
      '"user":{"id":null},"tags":["a",1,null],"ok":true',
    );
    expect(quickly(quick, formatStamp(0, 0), 'info', 'no fields', 2, undefined)).toContain('"message":"no fields"');
  });

  it('leaves secrets, classes, getters that throw, lists of objects and what is too long to the long way', () => {
    const { quick } = quickOf();
    const stamp = formatStamp(0, 0);
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const long = { text: 'x'.repeat(9000) };
    for (const given of [
      { password: 'x' },
      { a: new Error('x') },
      { a: [{}] },
      { a: [['token', 'x']] },
      cycle,
      { a: 1n },
      { event: {} },
      long,
    ]) {
      expect(quickly(quick, stamp, 'info', 'm', 1, given as Fields)).toBeUndefined();
    }
  });

  it('is not offered when paths or patterns are to be taken out', () => {
    expect(createRedactor({ paths: ['user.email'] }).plain).toBeUndefined();
    expect(createRedactor({ patterns: [/x/] }).plain).toBeUndefined();
  });

  it('is not misled by properties that every object has', () => {
    const { quick } = quickOf();
    Object.defineProperty(Object.prototype, 'polluted', {
      value: 1,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    try {
      expect(quickly(quick, formatStamp(0, 0), 'info', 'm', 1, { a: 1 })).not.toContain('polluted');
    } finally {
      delete (Object.prototype as { polluted?: unknown }).polluted;
    }
  });
});

describe('writeLines', () => {
  it('spells texts of ASCII as JSON does, and leaves all others alone', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', ' ', '~', '\t', '\u007f', 'é'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(text, (value) => {
        const bytes = Buffer.alloc(128);
        const end = writeLines(bytes, 0, bytes.length, value);
        if (/[\t\u007fé]/.test(value)) expect(end).toBe(NOT_PLAIN);
        else expect(bytes.toString('latin1', 0, end)).toBe(JSON.stringify(value));
      }),
    );
    expect(writeLines(Buffer.alloc(8), 0, 8, 'too long for it')).toBe(NOT_PLAIN);
  });
});

describe('writeNumber', () => {
  it('spells every number as JSON does', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger(), fc.nat()), (value) => {
        const bytes = Buffer.alloc(32);
        expect(bytes.toString('latin1', 0, writeNumber(bytes, 0, value))).toBe(JSON.stringify(value));
      }),
      { numRuns: 2000 },
    );
  });
});
