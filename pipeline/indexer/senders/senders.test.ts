import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseNetwork, plainAddress } from './address';
import { type Claim, Senders } from './senders';
import { parseTable } from './table';

const folder = mkdtempSync(join(tmpdir(), 'rota-senders-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function tableOf(text: string, note?: (text: string) => void): { senders: Senders; path: string } {
  const path = join(folder, `table-${++files}`);
  writeFileSync(path, text);
  return { senders: new Senders(path, note), path };
}

const claim = (changes: Partial<Claim> = {}): Claim => ({
  input: 'relps',
  address: '10.0.0.1',
  hosts: ['web-1'],
  datasets: ['rota.app'],
  tiers: ['webapp'],
  ...changes,
});
const codeOf = (senders: Senders, changes: Partial<Claim> = {}, now = 0) => senders.refusal(claim(changes), now)?.code;

const allows = (senders: Senders, host: string, now: number) =>
  senders.allows('10.0.0.1', 'relps', host, 'rota.app', 'webapp', now);

describe('an address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:a00:1', '10.0.0.1'],
    ['0:0:0:0:0:ffff:10.0.0.1', '10.0.0.1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['[2001:DB8:0::7]', '2001:db8::7'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s is compared as %s', (text, plain) => expect(plainAddress(text)).toBe(plain));

  it.each(['', '-', 'web-1', '10.0.0', '10.0.0.1:80', '10.0.0.01', 'unix:', '1e1'])('%o is none', (text) => {
    expect(plainAddress(text)).toBeUndefined();
  });

  it('of IPv4 in IPv6 is in the networks that it is in by itself, and in no others', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, other, bits) => {
        const network = parseNetwork(`${other}/${bits}`)!;
        expect(network.holds(plainAddress(`::ffff:${address}`)!)).toBe(network.holds(address));
      }),
    );
  });

  it('in any writing of IPv6 is the same', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(plainAddress(plainAddress(address)!)).toBe(plainAddress(address));
        expect(parseNetwork(address)!.holds(plainAddress(address.toUpperCase())!)).toBe(true);
      }),
    );
  });
});

describe('the table of senders', () => {
  it.each([
    ['web-1 host=web-1', /line 1: "web-1" is neither an address/],
    ['10.0.0.0/33 host=a', /line 1: "10\.0\.0\.0\/33" is neither/],
    ['\n\n10.0.0.1', /line 3: host=… is missing/],
    ['10.0.0.1 hosts=a', /"hosts=a" is none of host=…, tier=…, dataset=…, input=…/],
    ['10.0.0.1 host=', /"host=" is none of/],
    ['10.0.0.1 host=a tier=web', /tier=web is not known; it is one of lb, frontend, webapp, log, or \*/],
    ['10.0.0.1 host=a dataset=rota.deadletter', /dataset=rota\.deadletter is not known/],
    ['10.0.0.1 host=a input=tpc', /input=tpc is not known/],
    ['10.0.0.1 host=a*b', /host=a\*b: give names, each with one "\*" at its end/],
    ['10.0.0.1 host=a,,b', /host=: give names/],
  ])('%o is refused in a sentence that names the line and the mend', (text, message) => {
    expect(() => parseTable(text)).toThrow(message);
    expect(() => parseTable(text)).toThrow(/^ROTA_SENDERS: line/);
  });

  it('may have comments and empty lines', () => {
    expect(parseTable('# all of them\n\n  10.0.0.1\thost=a # the first\n')).toHaveLength(1);
  });

  it('lets a sender write in its own name, for its tier, to the data sets of that', () => {
    const { senders } = tableOf('10.0.0.1 host=web-1 tier=webapp\n10.0.0.2 host=frontend-1 tier=frontend');
    expect(codeOf(senders)).toBeUndefined();
    expect(codeOf(senders, { hosts: ['web-2'] })).toBe('foreign_host');
    expect(codeOf(senders, { hosts: ['web-1', 'web-2'] })).toBe('foreign_host');
    expect(codeOf(senders, { hosts: [] })).toBe('foreign_host');
    expect(codeOf(senders, { datasets: ['nginx.access'] })).toBe('foreign_dataset');
    expect(codeOf(senders, { datasets: ['rota.app', 'rota.health'] })).toBe('foreign_dataset');
    expect(codeOf(senders, { datasets: ['rota.pipeline'] })).toBe('foreign_dataset');
    expect(codeOf(senders, { datasets: ['syslog'] })).toBeUndefined();
    expect(codeOf(senders, { tiers: ['lb'] })).toBe('foreign_tier');
    expect(codeOf(senders, { address: '10.0.0.3' })).toBe('unknown_sender');
    expect(codeOf(senders, { address: '' })).toBe('unknown_sender');
    expect(codeOf(senders, { address: '::ffff:10.0.0.1' })).toBeUndefined();
  });

  it('believes the address of no datagram unless it is told to', () => {
    const { senders } = tableOf('10.0.0.1 host=web-1 tier=webapp\n10.0.0.2 host=web-1 tier=webapp input=udp');
    expect(codeOf(senders, { input: 'udp' })).toBe('foreign_input');
    expect(codeOf(senders, { input: 'udp', address: '10.0.0.2' })).toBeUndefined();
    expect(codeOf(senders, { input: 'relps', address: '10.0.0.2' })).toBe('foreign_input');
  });

  it('goes by the most exact network alone', () => {
    const { senders } = tableOf('10.0.0.0/8 host=* tier=*\n10.0.0.1 host=web-1 tier=webapp');
    expect(codeOf(senders, { hosts: ['web-2'] })).toBe('foreign_host');
    expect(codeOf(senders, { hosts: ['web-2'], address: '10.0.0.2' })).toBeUndefined();
  });

  it('lets several that share an address write each in its own way, not in the other’s', () => {
    const { senders } = tableOf('10.0.0.1 host=web-1 tier=webapp\n10.0.0.1 host=frontend-1 tier=frontend');
    expect(codeOf(senders)).toBeUndefined();
    expect(codeOf(senders, { hosts: ['frontend-1'], datasets: ['nginx.access'], tiers: [] })).toBeUndefined();
    expect(codeOf(senders, { hosts: ['frontend-1'] })).toBe('foreign_dataset');
    expect(codeOf(senders, { hosts: ['web-1', 'frontend-1'] })).toBe('foreign_host');
  });

  it('lets a relay write for a list of names, or for names that begin alike', () => {
    const { senders } = tableOf('10.0.0.1 host=web-1,edge-* tier=webapp');
    for (const host of ['web-1', 'edge-', 'edge-7']) expect(codeOf(senders, { hosts: [host] }), host).toBeUndefined();
    for (const host of ['web-11', 'edge', 'EDGE-7', '*'])
      expect(codeOf(senders, { hosts: [host] })).toBe('foreign_host');
  });

  it('says who it was, where the table knows one name', () => {
    const { senders } = tableOf('10.0.0.1 host=web-1 tier=webapp\n10.0.0.2 host=web-1,web-2');
    expect(senders.refusal(claim({ hosts: ['web-9'] }), 0)).toEqual({
      code: 'foreign_host',
      reason: 'The sender may not write in the name of this host: 10.0.0.1 as web-9',
      host: 'web-1',
    });
    expect(senders.refusal(claim({ hosts: ['web-9'], address: '10.0.0.2' }), 0)?.host).toBeUndefined();
  });

  it('knows the balancer by its tier', () => {
    const { senders } = tableOf('10.0.0.1 host=lb-1 tier=lb\n10.0.0.2 host=web-1 tier=webapp');
    expect([1, 2, 3].map((n) => senders.isBalancer(`10.0.0.${n}`))).toEqual([true, false, false]);
  });

  it('holds as changed within a second; one that cannot be used is told once, and the one before goes on', () => {
    const notes: string[] = [];
    const { senders, path } = tableOf('10.0.0.1 host=web-1 tier=webapp', (text) => notes.push(text));
    const write = (text: string) => {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    };
    write('10.0.0.1 host=web-2 tier=webapp');
    expect(allows(senders, 'web-1', 999)).toBe(true);
    expect(allows(senders, 'web-1', 1000)).toBe(false);
    expect(allows(senders, 'web-2', 1001)).toBe(true);
    write('10.0.0.1 nonsense');
    for (const now of [3000, 5000, 7000]) expect(codeOf(senders, { hosts: ['web-2'] }, now)).toBeUndefined();
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/the one before goes on: ROTA_SENDERS: line 1: "nonsense"/);
    rmSync(path);
    for (const now of [9000, 11000]) expect(codeOf(senders, { hosts: ['web-2'] }, now)).toBeUndefined();
    expect(notes).toHaveLength(2);
    write('10.0.0.1 host=web-3 tier=webapp');
    expect(codeOf(senders, { hosts: ['web-3'] }, 13000)).toBeUndefined();
  });

  it('is looked at again before a line is refused: who was let in just now is not turned away', () => {
    const { senders, path } = tableOf('10.0.0.1 host=web-1 tier=webapp');
    expect(codeOf(senders, { hosts: ['web-2'] }, 5000)).toBe('foreign_host');
    writeFileSync(`${path}.new`, '10.0.0.1 host=web-1,web-2 tier=webapp');
    renameSync(`${path}.new`, path);
    expect(codeOf(senders, { hosts: ['web-2'] }, 5010)).toBe('foreign_host');
    expect(codeOf(senders, { hosts: ['web-2'] }, 5020)).toBeUndefined();
  });

  it('allows the same, asked for one name each or for lists', () => {
    const { senders } = tableOf(
      '10.0.0.1 host=web-1 tier=webapp\n10.0.0.1 host=lb-* tier=lb input=relp\n10.0.0.0/24 host=*',
    );
    const one = fc.record({
      address: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.1.0.1'),
      input: fc.constantFrom('relp', 'relps', 'udp'),
      host: fc.constantFrom('web-1', 'lb-1', 'x'),
      dataset: fc.constantFrom('rota.app', 'haproxy.log', 'syslog', 'rota.health'),
      tier: fc.constantFrom(undefined, 'webapp', 'lb', 'log'),
    });
    fc.assert(
      fc.property(one, ({ address, input, host, dataset, tier }) => {
        const code = codeOf(senders, { address, input, hosts: [host], datasets: [dataset], tiers: tier ? [tier] : [] });
        expect(senders.allows(address, input, host, dataset, tier, 0)).toBe(code === undefined);
      }),
    );
  });

  it('must be readable and right at the start', () => {
    expect(() => new Senders(join(folder, 'none'))).toThrow(/ROTA_SENDERS: cannot read .*none/);
    expect(() => tableOf('nonsense')).toThrow(/ROTA_SENDERS: line 1/);
  });
});
