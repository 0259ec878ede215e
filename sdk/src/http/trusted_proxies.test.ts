import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressMatcher, compileTrust, resolveClient } from './trusted_proxies.js';

const client = (peer: string, header: string[], trust: Parameters<typeof compileTrust>[0]) =>
  resolveClient(
    { address: peer, port: 1 },
    header.map((address) => ({ address })),
    compileTrust(trust),
  ).client.address;

describe('trusted proxies', () => {
  it('believes nobody by default', () => {
    expect(client('10.0.0.1', ['192.0.2.1'], false)).toBe('10.0.0.1');
  });

  it('counts hops from this server outwards, so that what a client made up stays out', () => {
    const header = ['6.6.6.6', '192.0.2.1', '10.0.0.2'];
    expect(client('10.0.0.1', header, 0)).toBe('10.0.0.1');
    expect(client('10.0.0.1', header, 1)).toBe('10.0.0.2');
    expect(client('10.0.0.1', header, 2)).toBe('192.0.2.1');
    expect(client('10.0.0.1', header, 9)).toBe('6.6.6.6');
  });

  it('walks as far as the addresses are trusted', () => {
    const trust = ['10.0.0.0/8', 'loopback'];
    expect(client('10.0.0.1', ['6.6.6.6', '192.0.2.1', '10.0.0.2'], trust)).toBe('192.0.2.1');
    expect(client('192.0.2.9', ['6.6.6.6'], trust)).toBe('192.0.2.9');
    expect(client('127.0.0.1', ['unknown', '10.0.0.2'], trust)).toBe('10.0.0.2');
    expect(client('::1', ['10.9.9.9'], trust)).toBe('10.9.9.9');
  });

  it('knows networks of both families and the usual names', () => {
    const inside = addressMatcher(['192.0.2.0/24', '2001:db8::/32', 'loopback', 'uniquelocal', 'linklocal']);
    for (const one of [
      '192.0.2.200',
      '2001:db8:1::',
      '127.3.4.5',
      '::1',
      '172.31.0.1',
      'fd00::1',
      'fe80::1',
      '169.254.1.1',
    ]) {
      expect([one, inside(one)]).toEqual([one, true]);
    }
    for (const one of ['192.0.3.1', '2001:db9::', '172.32.0.1', 'unknown', ''])
      expect([one, inside(one)]).toEqual([one, false]);
  });

  it.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', 'example.org', '', '10.0.0', '10.0.0.0/-1'])(
    'refuses %j as a network',
    (entry) => expect(() => addressMatcher([entry])).toThrow(),
  );

  it('agrees with arithmetic on IPv4 networks', () => {
    const number = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (network, address, bits) => {
        const size = 2 ** (32 - bits);
        const expected = Math.floor(number(network) / size) === Math.floor(number(address) / size);
        expect(addressMatcher([`${network}/${bits}`])(address)).toBe(expected);
      }),
    );
  });

  it('never takes an address from left of the first that is not trusted', () => {
    const hop = fc.oneof(fc.ipV4(), fc.constantFrom('10.0.0.1', '10.0.0.2', 'unknown', ''));
    fc.assert(
      fc.property(fc.array(hop, { maxLength: 8 }), hop, (header, peer) => {
        const trusted = compileTrust(['10.0.0.0/8']);
        const path = [...header, peer].reverse();
        const first = path.findIndex((one) => !trusted(one, 0));
        const found = client(peer, header, ['10.0.0.0/8']);
        expect(path.slice(0, first < 0 ? path.length : first + 1)).toContain(found);
      }),
    );
  });
});
