import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMs } from '../../test/cpu_time.js';
import { MAX_HOPS, parseForwarded, parseXForwardedFor, plainAddress } from './forwarded.js';

describe('X-Forwarded-For', () => {
  it.each([
    ['192.0.2.1', [{ address: '192.0.2.1' }]],
    ['192.0.2.1, 10.0.0.1', [{ address: '192.0.2.1' }, { address: '10.0.0.1' }]],
    ['192.0.2.1:4711', [{ address: '192.0.2.1', port: 4711 }]],
    ['2001:db8::1', [{ address: '2001:db8::1' }]],
    ['[2001:db8::1]:80,[::1]', [{ address: '2001:db8::1', port: 80 }, { address: '::1' }]],
    ['::ffff:192.0.2.1', [{ address: '192.0.2.1' }]],
    ['unknown, _hidden', [{ address: 'unknown' }, { address: '_hidden' }]],
    ['192.0.2.1:99999', [{ address: '192.0.2.1' }]],
    ['999.0.2.1', [{ address: '999.0.2.1' }]],
    [',', [{ address: '' }, { address: '' }]],
  ])('reads %s', (header, hops) => {
    expect(parseXForwardedFor(header)).toEqual(hops);
  });

  it('reads the hops nearest to this server of a list without end', () => {
    const hops = parseXForwardedFor(`${'192.0.2.1,'.repeat(5000)}192.0.2.2`);
    expect(hops).toHaveLength(MAX_HOPS);
    expect(hops.at(-1)?.address).toBe('192.0.2.2');
  });
});

describe('Forwarded', () => {
  it.each([
    ['for=192.0.2.1', [{ address: '192.0.2.1' }]],
    ['For="[2001:db8:cafe::17]:4711"', [{ address: '2001:db8:cafe::17', port: 4711 }]],
    ['for=192.0.2.60;proto=https;by=203.0.113.43', [{ address: '192.0.2.60', proto: 'https' }]],
    ['for=192.0.2.43, for=198.51.100.17', [{ address: '192.0.2.43' }, { address: '198.51.100.17' }]],
    ['for=_gazonk;host="a.example:80"', [{ address: '_gazonk', host: 'a.example:80' }]],
    ['for="a\\"b,c;d"', [{ address: 'a"b,c;d' }]],
    ['proto=http', [{ address: 'unknown', proto: 'http' }]],
    ['for=a,, for=b', [{ address: 'a' }, { address: 'b' }]],
    ['', []],
  ])('reads %s', (header, hops) => {
    expect(parseForwarded(header)).toEqual(hops);
  });

  it.each(['for', 'for=a b', 'for="a', 'for=a;for=b', '=a', 'for=a for=b', 'for=\u0000', 'for=a;;=', 'for= a\u00e4'])(
    'takes nothing at all from %j',
    (header) => expect(parseForwarded(header)).toEqual([]),
  );

  it('reads back what is written by the rules', () => {
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6().map((one) => `[${one}]`),
    );
    const node = fc.tuple(address, fc.option(fc.integer({ min: 0, max: 65535 }), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 6 }), (nodes) => {
        const header = nodes
          .map(([one, port]) => `for="${one}${port === undefined ? '' : `:${port}`}";proto=http`)
          .join(', ');
        const expected = nodes.map(([one, port]) => ({
          address: plainAddress(one.replace(/[[\]]/g, '')),
          ...(port === undefined ? {} : { port }),
          proto: 'http',
        }));
        expect(parseForwarded(header)).toEqual(expected);
      }),
    );
  });

  it('neither fails nor hangs on anything', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 10 }),
      fc.constantFrom('for=', '"', '\\', ';', ',', '[', ']', '::1', ' '),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const header = pieces.join('');
        expect(Array.isArray(parseForwarded(header))).toBe(true);
        expect(parseXForwardedFor(header).length).toBeLessThanOrEqual(MAX_HOPS);
      }),
      { numRuns: 300 },
    );
    const hostile = [
      `for="${'\\"'.repeat(50_000)}`,
      ';'.repeat(100_000),
      `for=a${' '.repeat(100_000)}b`,
      'a=b;'.repeat(20_000),
    ];
    const all = () => {
      for (const one of hostile) parseForwarded(one);
    };
    expect(cpuMs(all)).toBeLessThan(5000);
  });
});
