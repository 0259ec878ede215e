import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../queue/entry.js';
import { SlabPool } from '../queue/slab.js';
import { resolveSettings } from '../settings/options.js';
import { alternate } from './addresses.js';
import { backoffMs } from './backoff.js';
import { digitsOf, FrameWriter } from './frame_writer.js';
import { Route } from './route.js';
import { parseTarget } from './target.js';
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

describe('Route', () => {
  const backoff = { minMs: 100, maxMs: 3200 };
  const route = (count: number) => new Route(count, backoff, () => 1);

  it('tries the others at once, and pauses for longer after each round in which none stayed up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), (count, attempts) => {
        const it = route(count);
        for (let attempt = 1; attempt <= attempts; attempt += 1) {
          const pause = it.leave(false);
          const isRound = attempt % count === 0;
          expect(pause).toBe(isRound ? Math.min(3200, 100 * 2 ** (attempt / count - 1)) : 0);
          expect(it.current).toBe(attempt % count);
        }
      }),
    );
  });

  it('begins with the shortest pause and the first receiver again when one stayed up', () => {
    const one = route(1);
    for (let i = 0; i < 10; i += 1) one.leave(false);
    expect([one.leave(true), one.leave(false)]).toEqual([100, 200]);
    const three = route(3);
    for (let i = 0; i < 5; i += 1) three.leave(false);
    expect([three.current, three.leave(true), three.current]).toEqual([2, 0, 0]);
    // The one that was just lost is not the next.
    expect([three.leave(true), three.current]).toEqual([0, 1]);
  });
});

describe('alternate', () => {
  it('takes the families by turns, each in its order, and every address once', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(fc.array(address, { maxLength: 12 }), (given) => {
        const sorted = alternate(given);
        const of = (list: readonly string[], v6: boolean) =>
          [...new Set(list)].filter((one) => one.includes(':') === v6);
        for (const v6 of [true, false]) expect(of(sorted, v6)).toEqual(of(given, v6));
        expect(sorted.length).toBe(new Set(given).size);
        const both = Math.min(of(given, true).length, of(given, false).length);
        for (let i = 1; i < 2 * both; i += 1) {
          expect((sorted[i] as string).includes(':')).toBe(!(sorted[i - 1] as string).includes(':'));
        }
        expect(sorted[0]).toBe(given[0]);
      }),
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
      ROTA_URL: 'relps://a, tls://b',
      ROTA_SERVICE: 'env',
      ROTA_ENVIRONMENT: 'test',
      ROTA_SPOOL_DIR: '/s',
      ROTA_SPOOL_MODE: 'write-through',
      ROTA_HOSTNAME: 'web-9',
    };
    const settings = resolveSettings({ service: { name: 'opt', version: '3' } }, env);
    expect(settings.targets.map((t) => t.label)).toEqual(['relps://a:2514', 'tls://b:6514']);
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
