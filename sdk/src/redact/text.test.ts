import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMs } from '../../test/cpu_time.js';
import { compileNames, DEFAULT_NAMES } from './names.js';
import { redactQuery, redactText } from './text.js';

const isSensitive = compileNames(DEFAULT_NAMES);
const text = (given: string) => redactText(given, isSensitive);
const query = (given: string) => redactQuery(given, isSensitive);

describe('secrets in queries', () => {
  it.each([
    ['a=1&password=x&b=2', 'a=1&password=[redacted]&b=2'],
    ['/login?next=/&token=abc', '/login?next=/&token=[redacted]'],
    ['pass%77ord=x', 'pass%77ord=[redacted]'],
    ['user%5Bpassword%5D=x', 'user%5Bpassword%5D=[redacted]'],
    ['user[password]=x', 'user[password]=[redacted]'],
    ['api_key=a;b=2', 'api_key=[redacted];b=2'],
    ['to=/login?password=x', 'to=/login?password=[redacted]'],
    ['token=a=b=c', 'token=[redacted]'],
    ['token=', 'token='],
    ['token', 'token'],
    ['%zz_token=x', '%zz_token=[redacted]'],
    ['token=[redacted]', 'token=[redacted]'],
    ['q=what+is+a+password', 'q=what+is+a+password'],
  ])('%s → %s', (given, expected) => {
    expect(query(given)).toBe(expected);
  });

  it('looks into a URL that is itself a value, encoded once or twice', () => {
    const inner = 'https://a.example/?token=hidden';
    const once = `u=${encodeURIComponent(inner)}&x=1`;
    const twice = `w=${encodeURIComponent(`/x?${once}`)}`;
    expect(query(once)).not.toContain('hidden');
    expect(query(once)).toContain('&x=1');
    expect(query(twice)).not.toContain('hidden');
  });

  it('never lets the value of a sensitive name through, and leaves the others alone', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9._~%+/-]{1,20}$/).map((one) => one.replaceAll('%', '%41'));
    const pair = fc.tuple(fc.constantFrom('a', 'page', 'q', 'token', 'password', 'api_key'), value);
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 8 }), (pairs) => {
        const given = pairs.map(([name, one]) => `${name}=${one}`).join('&');
        const expected = pairs.map(([name, one]) => `${name}=${isSensitive(name) ? '[redacted]' : one}`).join('&');
        expect(query(given)).toBe(expected);
      }),
    );
  });
});

describe('secrets in texts', () => {
  it.each([
    ['get https://ada:hunter2@db.example/x failed', 'get https://[redacted]@db.example/x failed'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: [redacted]'],
    ['sent Bearer abcdefgh12345 to them', 'sent Bearer [redacted] to them'],
    ['Basic dXNlcjpwYXNz failed', 'Basic [redacted] failed'],
    ['user=ada password=hunter2 ok=1', 'user=ada password=[redacted] ok=1'],
    ['msg="bad query password=hunter2"', 'msg="bad query password=[redacted]"'],
    ['password="two words" left', 'password=[redacted] left'],
    ['{"user":"ada","password":"hun\\"ter2","n":1}', '{"user":"ada","password":"[redacted]","n":1}'],
    ['{"pin":1,"token": 12345}', '{"pin":1,"token": "[redacted]"}'],
    ['body: {"password":"cut off', 'body: {"password":"[redacted]"'],
    ['log: "{\\"password\\":\\"hunter2\\",\\"a\\":1}"', 'log: "{\\"password\\":\\"[redacted]\\",\\"a\\":1}"'],
    ['Cookie: sid=1; theme=dark\nHost: a', 'Cookie: [redacted]\nHost: a'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_ end', 'jwt [redacted] end'],
  ])('%s → %s', (given, expected) => {
    expect(text(given)).toBe(expected);
  });

  it.each([
    'invalid password: too short',
    'the token expired at 12:30',
    'basic settings loaded from a=1',
    'mail ada@example.org about 3 = 3',
    'GET /a/b?page=2 200',
    'ratio: 3',
  ])('leaves "%s" as it is', (given) => {
    expect(text(given)).toBe(given);
  });

  it('comes to rest: what was redacted once stays as it is', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        'password=',
        'token=',
        '"secret":"',
        '://a:b@',
        'Bearer ',
        '&',
        '?',
        '"',
        '\\"',
        '%3D',
        'cookie:',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = text(pieces.join(''));
        expect(text(text(once))).toBe(text(once));
      }),
      { numRuns: 200 },
    );
  });

  it('stays quick on texts made to be slow', () => {
    const hostile = [
      '"'.repeat(50_000),
      '"a":"'.repeat(20_000),
      '\\"a\\":\\"'.repeat(10_000),
      `${'a'.repeat(50_000)}=`,
      '='.repeat(50_000),
      '?a=%3D'.repeat(10_000),
      `token${' '.repeat(50_000)}`,
      `${'://'.repeat(20_000)}@`,
      'eyJaaaaaa.'.repeat(10_000),
      'cookie :'.repeat(10_000),
      `"a":"${'\\'.repeat(50_001)}`,
    ];
    const all = () => {
      for (const one of hostile) text(one);
    };
    expect(cpuMs(all)).toBeLessThan(5000);
  });
});
