import fc from 'fast-check';
import { LEVEL } from 'triple-beam';
import { describe, expect, it } from 'vitest';
import { cpuMs } from '../../test/cpu_time.js';
import { createRedactor, MAX_DEPTH } from './redactor.js';

const redactor = createRedactor();
const redact = (entry: object) => redactor.fields(entry) as Record<string, unknown>;

/** Freezes all the way down: whoever writes to it throws. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) frozen(one);
    Object.freeze(value);
  }
  return value;
}

describe('the redactor', () => {
  it('takes secrets out by name at any depth, and whole subtrees', () => {
    const entry = frozen({
      user: { name: 'ada', password: 'hunter2', credentials: { key: 1 } },
      headers: { Authorization: 'Bearer x', 'set-cookie': ['a=1', 'b=2'], accept: '*/*' },
      list: [{ token: 5 }, { ok: true }],
      token: null,
      hasPassword: true,
      password: false,
    });
    expect(redact(entry)).toEqual({
      user: { name: 'ada', password: '[redacted]', credentials: '[redacted]' },
      headers: { Authorization: '[redacted]', 'set-cookie': '[redacted]', accept: '*/*' },
      list: [{ token: '[redacted]' }, { ok: true }],
      token: null,
      hasPassword: true,
      password: false,
    });
  });

  it('gives the very same object back when there is nothing to do', () => {
    const entry = frozen({ order: { id: 1, items: [{ sku: 'a' }] }, message: 'paid', at: new Date(0) });
    expect(redact(entry)).toBe(entry);
  });

  it('copies only what changes', () => {
    const entry = frozen({ kept: { a: 1 }, user: { password: 'x' } });
    const result = redact(entry);
    expect(result).not.toBe(entry);
    expect(result.kept).toBe(entry.kept);
    expect(entry.user.password).toBe('x');
  });

  it('redacts by path, also where keys have dots, and whatever stands there', () => {
    const { fields } = createRedactor({ paths: ['user.email', 'rows.*.note', '**.iban', 'h["x.y"]'] });
    expect(
      fields({
        user: { email: 'a@b', name: 'ada' },
        'user.email': 'a@b',
        rows: [{ note: false, id: 1 }],
        deep: { er: { iban: { a: 1 } } },
        h: { 'x.y': 1, x: { y: 2, z: 3 } },
      }),
    ).toEqual({
      user: { email: '[redacted]', name: 'ada' },
      'user.email': '[redacted]',
      rows: [{ note: '[redacted]', id: 1 }],
      deep: { er: { iban: '[redacted]' } },
      h: { 'x.y': '[redacted]', x: { y: '[redacted]', z: 3 } },
    });
  });

  it('takes further names, exceptions, patterns and another replacement', () => {
    const { fields, text } = createRedactor({
      names: ['tax number'],
      keep: ['device token'],
      patterns: [/\b\d{3}-\d{2}-\d{4}\b/],
      replacement: '***',
    });
    expect(fields({ taxNumber: 1, deviceToken: 'keep', token: 'go', note: 'ssn 123-45-6789, 987-65-4321' })).toEqual({
      taxNumber: '***',
      deviceToken: 'keep',
      token: '***',
      note: 'ssn ***, ***',
    });
    expect(text('123-45-6789')).toBe('***');
  });

  it('reads what JSON would read: toJSON, and not the object behind it', () => {
    class AxiosLikeError extends Error {
      toJSON() {
        return { message: this.message, config: { headers: { Authorization: 'Bearer abc' } } };
      }
    }
    expect(redact({ failed: new AxiosLikeError('no') })).toEqual({
      failed: { message: 'no', config: { headers: { Authorization: '[redacted]' } } },
    });
    expect(redact({ url: new URL('https://a:b@x.example/?token=1') })).toEqual({
      url: 'https://[redacted]@x.example/?token=[redacted]',
    });
  });

  it('tells errors inside other fields, of which JSON would leave nothing', () => {
    const failed = Object.assign(new TypeError('no token=abc'), { token: 'abc', port: 5432 });
    const { detail } = redact({ detail: { failed } }) as { detail: { failed: Record<string, unknown> } };
    expect(detail.failed).toMatchObject({
      type: 'TypeError',
      message: 'no token=[redacted]',
      token: '[redacted]',
      port: 5432,
    });
    expect(detail.failed.stack_trace).toContain('redactor.test.ts');
    expect(JSON.stringify(detail)).not.toContain('abc');
  });

  it('knows headers written as name and value', () => {
    const headers = [
      { name: 'Authorization', value: 'x' },
      { name: 'Accept', value: 'y' },
      { key: 'Cookie', value: 'z' },
    ];
    expect(redact({ headers }).headers).toEqual([
      { name: 'Authorization', value: '[redacted]' },
      { name: 'Accept', value: 'y' },
      { key: 'Cookie', value: '[redacted]' },
    ]);
  });

  it('knows headers written as pairs, and one after the other', () => {
    const pairs = [
      ['Cookie', 'sid=s3cret'],
      ['Accept', 'y'],
    ];
    const rawHeaders = ['Host', 'a', 'Cookie', 'sid=s3cret', 'X-Api-Key', 's3cret'];
    expect(redact({ pairs, rawHeaders })).toEqual({
      pairs: [
        ['Cookie', '[redacted]'],
        ['Accept', 'y'],
      ],
      rawHeaders: ['Host', 'a', 'Cookie', '[redacted]', 'X-Api-Key', '[redacted]'],
    });
    expect(redact({ fields: ['password', 'email'] })).toEqual({ fields: ['password', 'email'] });
  });

  it('keeps symbols, which winston needs', () => {
    const entry = { [LEVEL]: 'info', password: 'x' };
    expect((redactor.fields(entry) as typeof entry)[LEVEL]).toBe('info');
  });

  it('survives cycles, endless depth, throwing getters and hostile toJSON', () => {
    const circle: Record<string, unknown> = { password: 'x' };
    circle.self = circle;
    expect(redact(circle)).toEqual({ password: '[redacted]', self: '[circular]' });
    let deep: Record<string, unknown> = { password: 'bottom' };
    for (let n = 0; n < MAX_DEPTH + 5; n++) deep = { deep };
    expect(JSON.stringify(redact(deep))).not.toContain('bottom');
    const bad = {
      get x(): string {
        throw new Error('no');
      },
    };
    expect(redact({ bad })).toEqual({ bad: '[not logged: unreadable]' });
    const worse = {
      toJSON() {
        throw new Error('no');
      },
    };
    expect(redact({ worse })).toEqual({ worse: '[not logged: unreadable]' });
  });

  it('does bounded work on an object whose parts are shared exponentially often', () => {
    let knot: Record<string, unknown> = { a: 1 };
    for (let n = 0; n < 30; n++) knot = { a: knot, b: knot };
    expect(cpuMs(() => void redact(knot))).toBeLessThan(5000);
  });

  it('says what is wrong with its options', () => {
    expect(() => createRedactor({ paths: ['a..b'] })).toThrow(/"a\.\.b" in redact\.paths is no path/);
    expect(() => createRedactor({ names: 'password' as unknown as string[] })).toThrow(/redact\.names must be a list/);
    expect(() => createRedactor({ patterns: ['x' as unknown as RegExp] })).toThrow(/regular expressions/);
  });
});

const SECRET = 'hunter2-very-secret';
const anything = fc.object({
  key: fc.oneof(
    fc.string(),
    fc.constantFrom('password', 'token', 'name', 'value', '__proto__', 'constructor', 'a.b', 'toString'),
  ),
  values: [
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(SECRET),
    fc.date({ noInvalidDate: true }),
  ],
  maxDepth: 5,
});

/** The definition, on JSON: no secret under a sensitive key. */
function leaks(value: unknown, under = false): boolean {
  if (typeof value === 'string') return under && value !== '[redacted]' && value !== '';
  if (typeof value !== 'object' || value === null) return under && typeof value === 'number';
  return Object.entries(value).some(([key, one]) =>
    leaks(one, under || (!Array.isArray(value) && /^(password|token)$/.test(key))),
  );
}

describe('the redactor, on anything', () => {
  it('never changes what it is given, and never lets a secret through', () => {
    fc.assert(
      fc.property(anything, (entry) => {
        const before = JSON.stringify(entry);
        const result = redact(frozen(entry));
        expect(JSON.stringify(entry)).toBe(before);
        expect(leaks(JSON.parse(JSON.stringify(result)))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('changes nothing but secrets, and nothing when it runs again', () => {
    fc.assert(
      fc.property(anything, (entry) => {
        const once = redact(entry);
        expect(JSON.stringify(redact(once))).toBe(JSON.stringify(once));
        if (
          !/password|token|value|[=@:]/i.test(Object.keys(entry).join() + JSON.stringify(entry).replaceAll('":', ''))
        ) {
          expect(once).toBe(entry);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('replaces a chosen path and nothing else', () => {
    const key = fc.stringMatching(/^[a-h]{1,3}$/);
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), fc.integer(), (keys, value) => {
        const entry = keys.reduceRight<unknown>((inner, one) => ({ [one]: inner, other: 1 }), value) as object;
        const result = createRedactor({ paths: [keys.join('.')] }).fields(entry);
        const expected = keys.reduceRight<unknown>((inner, one) => ({ [one]: inner, other: 1 }), '[redacted]');
        expect(result).toEqual(expected);
      }),
    );
  });
});
