import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../queue/entry.js';
import { SlabPool } from '../queue/slab.js';
import { resolveSettings } from '../settings/options.js';
import { backoffMs } from './backoff.js';
import { digitsOf, FrameWriter } from './frame_writer.js';
import { parseTarget } from './target.js';
import { resolveTls, tlsFor } from './tls_options.js';
import { loadUnixDgram } from './unix_socket.js';

describe('parseTarget', () => {
  it.each([
    ['relp://logs.example:2515', 'relp', 'logs.example', 2515],
    ['RELPS://[::1]', 'relps', '::1', 2514],
    ['tcp://10.0.0.1', 'tcp', '10.0.0.1', 601],
    ['tls://logs.example/', 'tls', 'logs.example', 6514],
    ['udp://h:80', 'udp', 'h', 80],
  ])('reads %s', (text, scheme, host, port) => {
    expect(parseTarget(text)).toMatchObject({ scheme, host, port });
  });

  it('reads the path of a unix socket', () => {
    expect(parseTarget('unix:///run/my%20log').path).toBe('/run/my log');
  });

  it.each([
    '',
    'logs:514',
    'http://x',
    'relp://',
    'relp://h:0',
    'relp://h:99999',
    'relp://u:secret@h',
    'tcp://h/path',
    'unix://log',
    'tcp://h?x=1',
  ])('says what is wrong with %j, without repeating a password', (text) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: 'ROTA_CONFIG_URL' }));
    expect(() => parseTarget(text)).not.toThrow(/secret/);
  });
});

describe('backoffMs', () => {
  it('doubles up to the cap and takes off at most half', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const full = Math.min(30_000, 100 * 2 ** (attempt - 1));
        const pause = backoffMs(attempt, { minMs: 100, maxMs: 30_000 }, () => random);
        expect(pause).toBeGreaterThanOrEqual(full / 2);
        expect(pause).toBeLessThanOrEqual(full);
      }),
    );
  });
});

describe('FrameWriter', () => {
  it('writes numbers, text and marked messages byte for byte', () => {
    fc.assert(
      fc.property(
        fc.nat(999_999_999),
        fc.string({ unit: 'grapheme', maxLength: 50 }),
        fc.boolean(),
        (number, text, marked) => {
          const entry: Entry = new SlabPool().store(`head ${text}`, 5, 1);
          const writer = new FrameWriter();
          writer.number(number);
          writer.text(' x ');
          writer.message(entry, marked ? '[m]' : '');
          expect(digitsOf(number)).toBe(String(number).length);
          expect(writer.finish().chunk.toString()).toBe(`${number} x head ${marked ? '[m]' : ''}${Buffer.from(text)}`);
        },
      ),
    );
  });
});

describe('TLS options', () => {
  it('verify unless told not to in so many words', () => {
    expect(
      [{}, { rejectUnauthorized: undefined }, { rejectUnauthorized: true }].map(
        (o) => resolveTls(o).rejectUnauthorized,
      ),
    ).toEqual([true, true, true]);
    expect(resolveTls({ rejectUnauthorized: false }).rejectUnauthorized).toBe(false);
  });

  it('check the certificate against the host of the URL, or the name given', () => {
    expect(tlsFor(parseTarget('tls://logs.example'), resolveTls()).servername).toBe('logs.example');
    expect(tlsFor(parseTarget('tls://10.0.0.1'), resolveTls({ servername: 'logs' })).servername).toBe('logs');
    expect(tlsFor(parseTarget('tls://10.0.0.1'), resolveTls()).servername).toBeUndefined();
  });

  it('name the file that cannot be read', () => {
    expect(() => resolveTls({ caFile: '/nowhere/ca.pem' })).toThrow(
      expect.objectContaining({ code: 'ROTA_CONFIG_TLS', message: expect.stringContaining('tls.caFile') }),
    );
  });
});

describe('loadUnixDgram', () => {
  it('says what to do where the native module is not there', () => {
    expect(() => loadUnixDgram('file:///nowhere/index.js')).toThrow(
      expect.objectContaining({ code: 'ROTA_CONFIG_UNIX', message: expect.stringContaining('npm install unix-dgram') }),
    );
  });
});

describe('resolveSettings', () => {
  it('takes options over the environment over defaults', () => {
    const env = {
      ROTA_URL: 'relp://a, relps://b',
      ROTA_SERVICE: 'env',
      ROTA_ENVIRONMENT: 'test',
      ROTA_SPOOL_DIR: '/s',
      ROTA_SPOOL_MODE: 'write-through',
      ROTA_HOSTNAME: 'web-9',
    };
    const settings = resolveSettings({ service: { name: 'opt', version: '3' } }, env);
    expect(settings.targets.map((t) => t.label)).toEqual(['relp://a:2514', 'relps://b:2514']);
    expect(settings.service).toMatchObject({ name: 'opt', version: '3', environment: 'test' });
    expect(settings.spool).toMatchObject({ dir: '/s', mode: 'write-through' });
    expect([settings.hostname, settings.queue.policy, settings.window]).toEqual(['web-9', 'drop-oldest', 1000]);
  });

  it.each([
    [{}, 'ROTA_CONFIG_URL_MISSING'],
    [{ url: 'relp://h' }, 'ROTA_CONFIG_SERVICE'],
    [{ url: 'relp://h', service: 'a', window: 0 }, 'ROTA_CONFIG_NUMBER'],
    [{ url: 'relp://h', service: 'a', queue: { policy: 'x' } }, 'ROTA_CONFIG_POLICY'],
    [{ url: 'relp://h', service: 'a', facility: 'x' }, 'ROTA_CONFIG_FACILITY'],
    [{ url: 'relp://h', service: 'a', spool: { dir: '/s', mode: 'x' } }, 'ROTA_CONFIG_SPOOL'],
  ])('refuses %j by %s', (options, code) => {
    expect(() => resolveSettings(options as never, {})).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(/Give|Use/) }),
    );
  });
});
