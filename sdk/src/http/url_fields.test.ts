import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { urlFields } from './url_fields.js';

const of = (target: string, host?: string) => urlFields(target, host, 'http');

describe('url fields', () => {
  it.each([
    ['/', { path: '/' }],
    ['/a/b?x=1&y', { path: '/a/b', query: 'x=1&y' }],
    ['/a?', { path: '/a', query: '' }],
    ['/a?b?c', { path: '/a', query: 'b?c' }],
    ['//evil.example/x', { path: '//evil.example/x' }],
    ['*', { path: '*' }],
    ['/%2e%2e/%00', { path: '/%2e%2e/%00' }],
    ['http://a.example:81/x?y#z', { path: '/x', query: 'y', scheme: 'http', domain: 'a.example', port: 81 }],
    ['HTTPS://A.example', { path: '/', scheme: 'https', domain: 'a.example' }],
    ['/a#b', { path: '/a' }],
  ])('splits %s', (target, fields) => {
    expect(of(target)).toEqual({ original: target, scheme: 'http', ...fields });
  });

  it.each([
    ['Example.org', { domain: 'example.org' }],
    ['example.org:8080', { domain: 'example.org', port: 8080 }],
    ['[::1]:80', { domain: '::1', port: 80 }],
    ['127.0.0.1', { domain: '127.0.0.1' }],
    ['a.example:99999', { domain: 'a.example' }],
    ['a b', {}],
    ['a\r\nb', {}],
    ['evil"}', {}],
    ['', {}],
  ])('reads the host %j', (host, fields) => {
    expect(of('/', host)).toEqual({ original: '/', path: '/', scheme: 'http', ...fields });
  });

  it('reads bytes that are UTF-8 as UTF-8, and others as Latin-1', () => {
    expect(of(Buffer.from('/grüße').toString('latin1')).path).toBe('/grüße');
    expect(of('/gr\u00fc\u00dfe').path).toBe('/grüße');
  });

  it('loses nothing of any target up to its fragment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (rest) => {
        const target = `/${rest}`;
        const { path, query } = of(target);
        expect(path + (query === undefined ? '' : `?${query}`)).toBe(target.split('#')[0]);
      }),
    );
  });
});
