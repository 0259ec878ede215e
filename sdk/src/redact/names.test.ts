import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileNames, DEFAULT_NAMES, wordsOf } from './names.js';

const isSensitive = compileNames(DEFAULT_NAMES);

describe('sensitive names', () => {
  it.each([
    'password',
    'Password',
    'PASSWORD',
    'user_password',
    'userPassword',
    'user.password',
    'user[password]',
    'password2',
    'passwords',
    'passwordConfirmation',
    'DB_PASSWORD',
    'Authorization',
    'proxy-authorization',
    'cookie',
    'Cookies',
    'set-cookie',
    'setCookie',
    'accessToken',
    'refresh_token',
    'id_token',
    'X-Auth-Token',
    'csrfToken',
    'tokens',
    'apiKey',
    'APIKey',
    'api_keys',
    'X-API-Key',
    'x-apikey',
    'client_secret',
    'clientSecret',
    'AWS_SECRET_ACCESS_KEY',
    'privateKey',
    'session_id',
    'sessionId',
    'X-Amz-Signature',
    'X-Amz-Security-Token',
    'X-Amz-Credential',
    'mot\u3000de\u2003password',
    'пароль password',
  ])('%s is one', (name) => {
    expect(isSensitive(name)).toBe(true);
  });

  it.each([
    'passwordResetAt',
    'token_type',
    'tokenCount',
    'nextPageToken',
    'next_token',
    'author',
    'authorizationUrl',
    'key',
    'keyboard',
    'secretary',
    'cookiePolicy',
    'message',
    'signatureAlgorithm',
    'event.sequence',
    '',
    '---',
    'пароль',
  ])('%s is none', (name) => {
    expect(isSensitive(name)).toBe(false);
  });

  it('answers alike the second time, and when its memory was emptied', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const first = isSensitive(name);
        for (let n = 0; n < 6; n++) isSensitive(`filler ${n}`);
        expect(isSensitive(name)).toBe(first);
      }),
    );
    for (let n = 0; n < 20_000; n++) isSensitive(`id-${n}`);
    expect(isSensitive('password')).toBe(true);
  });

  it('looks at the last words, whatever stands before them and however they are written', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const styles = [
      (words: string[]) => words.join('_'),
      (words: string[]) => words.join('-').toUpperCase(),
      (words: string[]) => words.map((one) => (one[0] as string).toUpperCase() + one.slice(1)).join(''),
      (words: string[]) => words.join('.'),
    ];
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 3 }),
        fc.constantFrom(...DEFAULT_NAMES),
        fc.nat(3),
        (before, name, style) => {
          const words = [...before, ...name.split(/[ -]/)];
          fc.pre(
            !['page token', 'next token', 'continuation token', 'cancel token'].includes(words.slice(-2).join(' ')),
          );
          expect(isSensitive((styles[style] as (typeof styles)[0])(words))).toBe(true);
        },
      ),
    );
  });

  it('takes any key apart without failing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (key) => {
        for (const word of wordsOf(key)) expect(word).toMatch(/^[^A-Z\s_-]+$/);
      }),
    );
  });
});
