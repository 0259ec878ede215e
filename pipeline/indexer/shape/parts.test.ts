import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unescapeNginx } from '../../formats/nginx/escapes';
import { maskAddresses } from './anonymize';
import { readExtras } from './extras';
import { isHealthCheck } from './health_check';
import { requestLine, urlFields, userAgent } from './http_fields';
import { readContext } from './nginx_error';
import { errorFields } from './python_error';
import { readShapeSettings } from './settings';
import { parseStructuredData } from './structured_data';
import { clfTime, epochTime, haproxyTime, plainTime, requestBegin } from './times';

describe('times', () => {
  const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
  const pad = (value: number) => String(value).padStart(2, '0');
  const second = fc.date({ min: new Date('1980-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });

  it('reads each second of a common log time, in any zone', () => {
    fc.assert(
      fc.property(second, fc.integer({ min: -840, max: 840 }), (date, zone) => {
        const at = Math.floor(date.getTime() / 1000) * 1000;
        const wall = new Date(at + zone * 60_000);
        const sign = zone < 0 ? '-' : '+';
        const offset = `${sign}${pad(Math.floor(Math.abs(zone) / 60))}${pad(Math.abs(zone) % 60)}`;
        const day = `${pad(wall.getUTCDate())}/${MONTHS[wall.getUTCMonth()]}/${wall.getUTCFullYear()}`;
        const clock = `${pad(wall.getUTCHours())}:${pad(wall.getUTCMinutes())}:${pad(wall.getUTCSeconds())}`;
        expect(clfTime(`${day}:${clock} ${offset}`)).toBe(new Date(at).toISOString());
      }),
    );
  });

  it.each([
    '',
    '-',
    '31/Feb/2026:00:00:00 +0000',
    '01/Foo/2026:00:00:00 +0000',
    '01/Jan/2026:24:00:00 +0000',
    'x'.repeat(30),
  ])('knows that %j is none', (text) => expect(clfTime(text)).toBeUndefined());

  it('keeps milliseconds', () => {
    expect(haproxyTime('23/Nov/2026:10:00:00.123', 60)).toBe('2026-11-23T09:00:00.123Z');
    expect(epochTime('1795430106.760')).toBe('2026-11-23T10:35:06.760Z');
    expect(plainTime('2026-11-23', '10:00:00,5', 0)).toBe('2026-11-23T10:00:00.500Z');
  });

  it.each(['', '-1', 'NaN', '1e99', 'abc'])('takes no epoch of %j', (text) => expect(epochTime(text)).toBeUndefined());
});

describe('structured data', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9@.]{1,12}$/);
  const escaped = (value: string) => value.replace(/["\\\]]/g, '\\$&');

  it('reads back what RFC 5424 writes', () => {
    fc.assert(
      fc.property(fc.dictionary(name, fc.dictionary(name, fc.string())), (data) => {
        fc.pre(Object.keys(data).length > 0);
        const text = Object.entries(data)
          .map(([id, parameters]) => {
            const all = Object.entries(parameters).map(([key, value]) => ` ${key}="${escaped(value)}"`);
            return `[${id}${all.join('')}]`;
          })
          .join('');
        expect(parseStructuredData(text)).toEqual({ ...data });
      }),
    );
  });

  it('ends on anything malformed', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseStructuredData(`[${text}`)));
  });
});

describe('requests', () => {
  it('puts a request line together again', () => {
    const target = fc.stringMatching(/^\/[!-~]{0,30}$/);
    fc.assert(
      fc.property(fc.constantFrom('GET', 'POST', 'M-SEARCH'), target, (method, path) => {
        expect(requestLine(`${method} ${path} HTTP/1.1`)).toEqual({ method, target: path, version: '1.1' });
      }),
    );
  });

  it('loses nothing of a target: path, query and fragment join to it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\/[!-~]{0,30}$/), (target) => {
        const url = urlFields(target, 'GET');
        const query = url['query'] === undefined ? '' : `?${String(url['query'])}`;
        const fragment = url['fragment'] === undefined ? '' : `#${String(url['fragment'])}`;
        expect(`${String(url['path'])}${query}${fragment}`).toBe(target);
      }),
    );
  });

  it('takes a very long agent quickly', () => {
    const before = process.cpuUsage();
    userAgent(`Mozilla/5.0 (${'a'.repeat(60_000)}`);
    // Of the processor, not of the clock; other tests' threads count, too.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(5000);
  });
});

describe('escapes of nginx', () => {
  it('undoes what nginx does to any text', () => {
    const nginx = (text: string) =>
      [...Buffer.from(text)]
        .map((byte) =>
          byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c
            ? `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
            : String.fromCharCode(byte),
        )
        .join('');
    const printable = fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{Cc}]/u.test(text));
    fc.assert(
      fc.property(printable, (text) => {
        expect(unescapeNginx(nginx(text))).toBe(text);
      }),
    );
  });
});

describe('extras', () => {
  it('ends on any text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void readExtras(text, true)));
  });

  it('does not take a name of Object for one of its own', () => {
    expect(readExtras('constructor=1 toString=2', false).named).toEqual({ constructor: '1', toString: '2' });
  });
});

describe('masked addresses', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0'],
    ['192.0.2.7700', '192.0.2.0'],
    ['::000000', '::'],
    ['2001:db8:1:2::3', '2001:db8:1::'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
    ['::1', '::'],
    ['::ffff:192.0.2.77', '::ffff:192.0.2.0'],
    ['2001:db8::192.0.2.77', '2001:db8::'],
    ['host.example', 'host.example'],
    ['client: 203.0.113.9:50312, server: _', 'client: 203.0.113.0:50312, server: _'],
    ['client=203.0.113.9', 'client=203.0.113.0'],
    ['x203.0.113.9y', 'x203.0.113.0y'],
    ['9.113.0.203.in-addr.arpa', '9.113.0.0.in-addr.arpa'],
    ['1.203.0.113.9', '1.203.0.0.0'],
    ['[2001:db8::7]:443', '[2001:db8::]:443'],
    ['2001:db8:1:2::7:54321 http~', '2001:db8:1:: http~'],
    ['addr:2001:db8:1:2::7', 'addr:2001:db8:1::'],
    ['fe80::1%eth0', 'fe80::%eth0'],
    ['[23/Nov/2026:10:20:00 +0000] 10:14:45.123', '[23/Nov/2026:10:20:00 +0000] 10:14:45.123'],
    ['Chrome/126.0.6478.127 Safari/537.36', 'Chrome/126.0.6478.127 Safari/537.36'],
    ['std::string Foo::Bar', 'std::string Foo::Bar'],
  ])('%s → %s', (text, expected) => expect(maskAddresses(text)).toBe(expected));

  const inside = fc.tuple(fc.stringMatching(/^[ -~]{0,20}[ ="[(,]$/), fc.stringMatching(/^[ "\],)][ -~]{0,20}$/));

  it('leaves no IPv4 address whole, whatever stands around it', () => {
    fc.assert(
      fc.property(inside, fc.ipV4(), ([before, behind], address) => {
        fc.pre(!address.endsWith('.0') && !before.includes(address) && !behind.includes(address));
        expect(maskAddresses(before + address + behind)).not.toContain(address);
      }),
    );
  });

  it('leaves of an IPv6 address no more than its network, whatever stands around it', () => {
    const groups = fc.array(fc.integer({ min: 0x1000, max: 0xffff }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(inside, groups, ([before, behind], numbers) => {
        const parts = numbers.map((group) => group.toString(16));
        const masked = maskAddresses(before + parts.join(':') + behind);
        expect(masked).not.toContain(parts.slice(3).join(':'));
        expect(masked).toContain(`${parts.slice(0, 3).join(':')}::`);
      }),
    );
  });

  it('takes a group of any length with the address that it follows', () => {
    expect(maskAddresses('::000000 a')).toBe(':: a');
  });

  it('has nothing left to mask the second time', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV6(), fc.ipV4(), fc.string({ unit: fc.constantFrom(...'0af:.9 ') })), (text) => {
        const once = maskAddresses(text);
        expect(maskAddresses(once)).toBe(once);
      }),
    );
  });
});

describe('health checks', () => {
  const probe = { method: 'GET', path: '/', agent: undefined, address: '10.0.0.2', forwarded: false };

  it('asks for the source when sources are named', () => {
    const { health } = readShapeSettings({ ROTA_HEALTH_SOURCES: '10.0.0.0/24, 2001:db8::/32' });
    expect(isHealthCheck(probe, health)).toBe(true);
    expect(isHealthCheck({ ...probe, address: '10.0.1.2' }, health)).toBe(false);
    expect(isHealthCheck({ ...probe, address: '2001:db8::7' }, health)).toBe(true);
    expect(isHealthCheck({ ...probe, address: '::ffff:10.0.0.2' }, health)).toBe(true);
    expect(isHealthCheck({ ...probe, address: undefined }, health)).toBe(false);
  });

  it('takes other paths and agents from the settings', () => {
    const { health } = readShapeSettings({
      ROTA_HEALTH_PATHS: '/ping',
      ROTA_HEALTH_AGENTS: 'MyMonitor',
      ROTA_HEALTH_SOURCES: '10.0.0.2',
    });
    expect(isHealthCheck(probe, health)).toBe(false);
    expect(isHealthCheck({ ...probe, path: '/ping' }, health)).toBe(true);
    expect(isHealthCheck({ ...probe, path: '/x', agent: 'MyMonitor/1' }, health)).toBe(true);
    expect(isHealthCheck({ ...probe, agent: 'HAProxy/2' }, health)).toBe(false);
  });

  it('believes a name in the User-Agent from nobody but the sources that are set and the balancer itself', () => {
    const named = { ...probe, agent: 'HAProxy/2.6', path: '/any' };
    const unset = readShapeSettings({}).health;
    expect(isHealthCheck(named, unset)).toBe(false);
    expect(isHealthCheck(named, unset, (address) => address === '10.0.0.2')).toBe(true);
    expect(isHealthCheck({ ...named, address: '203.0.113.9' }, unset, (address) => address === '10.0.0.2')).toBe(false);
    const { health } = readShapeSettings({ ROTA_HEALTH_SOURCES: '10.0.0.0/24' });
    expect(isHealthCheck(named, health)).toBe(true);
    expect(isHealthCheck({ ...named, address: '203.0.113.9' }, health)).toBe(false);
    expect(isHealthCheck({ ...named, address: undefined }, health)).toBe(false);
  });

  it('refuses a source that is no address, naming the setting', () => {
    expect(() => readShapeSettings({ ROTA_HEALTH_SOURCES: 'balancer' })).toThrow(/ROTA_HEALTH_SOURCES.*10\.0\.0\.0\/8/);
  });
});

describe('free text', () => {
  it("reads nginx's context whatever the request holds", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,60}$/), (request) => {
        const context = readContext(`192.0.2.1, server: _, request: "GET /${request} HTTP/1.1", host: "h"`);
        expect(context).toMatchObject({ client: '192.0.2.1', server: '_', host: 'h' });
      }),
    );
  });

  it('names no error where a traceback has none', () => {
    expect(errorFields('just\nlines')).toEqual({ stack_trace: 'just\nlines' });
  });
});

describe('when an HAProxy request began', () => {
  const accepted = '2026-11-23T10:35:12.724Z';

  it('adds the idle time of a kept-alive connection to the accept date', () => {
    expect(requestBegin('2026-11-23T10:35:12.785Z', accepted)).toBe('2026-11-23T10:35:12.785Z');
    expect(requestBegin(accepted, accepted)).toBe(accepted);
  });

  it('does not mind a wrong zone', () => {
    expect(requestBegin('2026-11-23T16:05:12.785Z', accepted)).toBe('2026-11-23T10:35:12.785Z');
    expect(requestBegin('2026-11-23T02:35:12.785Z', accepted)).toBe('2026-11-23T10:35:12.785Z');
  });

  it('never begins before the accept date', () => {
    expect(requestBegin('2026-11-23T10:35:12.723Z', accepted)).toBe(accepted);
  });
});
