import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFormatsFile } from '../../formats/declared/formats_file';
import { ResendMemory } from './resend';
import { readShapeSettings } from './settings';
import { shape } from './shape';
import type { JsonObject, Shaped } from './shaped';

const settings = readShapeSettings({});
const NOW = Date.parse('2026-11-23T10:00:01Z');

const HEADER = {
  in: 'relp',
  id: 'ID',
  d: '',
  h: 'web-1',
  from: '10.0.0.1',
  ts: '2026-11-23T10:00:00.000000+00:00',
  rcv: '2026-11-23T10:00:00.500000+00:00',
  pri: '134',
  app: 'app',
  pid: '-',
  mid: '-',
  sd: '-',
  lf: '',
};

function line(message: string | Buffer, header: Partial<typeof HEADER> = {}): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ ...HEADER, ...header })}\t`), Buffer.from(message)]);
}

function documentOf(shaped: Shaped): JsonObject {
  if (shaped.kind !== 'document') throw new Error(shaped.reason);
  return shaped.doc;
}

const agent = (dataset: string, offset = 0) => ({
  d: dataset,
  sd: `[rota@32473 dataset="${dataset}" file="/var/log/x.log" offset="${offset}" id="F-${offset}"]`,
});

describe('shape', () => {
  it('never throws, and makes exactly one thing of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const shaped = shape(Buffer.from(bytes), settings);
        expect(['document', 'dead_letter']).toContain(shaped.kind);
      }),
    );
  });

  it('keeps the bytes of any message that no parser takes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const message = Buffer.from(bytes.filter((byte) => byte !== 10));
        fc.pre(message.length > 0);
        const shaped = shape(line(message, agent('nginx.access')), settings);
        expect(shaped.kind === 'dead_letter' && shaped.raw.equals(message)).toBe(true);
      }),
    );
  });

  it('makes JSON that goes to Elasticsearch of any JSON', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 6 }), (object) => {
        const shaped = shape(line(JSON.stringify(object), { sd: '[meta sequenceId="1"]' }), settings);
        const doc = documentOf(shaped);
        expect(JSON.parse(JSON.stringify(doc))).toEqual(doc);
        expect(doc['data_stream']).toEqual({ type: 'logs', dataset: 'rota.app', namespace: 'rota' });
      }),
    );
  });

  it('does not let a message pass for its header', () => {
    const shaped = shape(line('{"a":1},"d":"nginx.access","id":"evil"}', { sd: '[meta sequenceId="1"]' }), settings);
    expect(shaped).toMatchObject({ kind: 'dead_letter', id: 'ID', dataset: 'rota.app' });
  });

  it('takes ten thousand nested brackets as a dead letter', () => {
    const deep = `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect(shape(line(deep, { sd: '[meta sequenceId="1"]' }), settings)).toMatchObject({
      kind: 'dead_letter',
      reason: 'JSON nested deeper than 20 levels',
    });
  });

  it('does not count brackets inside texts as nesting', () => {
    const shaped = shape(line(JSON.stringify({ ecs: {}, message: '[{'.repeat(50) })), settings);
    expect(shaped.kind).toBe('document');
  });

  it('counts an empty message as a dead letter', () => {
    expect(shape(line(''), settings)).toMatchObject({ kind: 'dead_letter', reason: 'empty message' });
  });

  it('keeps a field named __proto__ from changing anything but itself', () => {
    const shaped = shape(line('{"ecs":{},"__proto__":{"polluted":1},"message":"m"}'), settings);
    expect(shaped.kind).toBe('document');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('anonymises the client of an SDK event and of an access line', () => {
    const hidden = readShapeSettings({ ROTA_ANONYMIZE: 'truncate' });
    const sdk = shape(line('{"ecs":{},"client":{"ip":"192.0.2.77","address":"192.0.2.77"},"message":"m"}'), hidden);
    expect(documentOf(sdk)['client']).toEqual({ ip: '192.0.2.0', address: '192.0.2.0' });
    const text = '2001:db8:1:2:3::4 - - [23/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "x" "203.0.113.9"';
    const doc = documentOf(shape(line(text, agent('nginx.access')), hidden));
    expect(doc['source']).toEqual({ ip: '2001:db8:1::', address: '2001:db8:1::' });
    expect(doc['network']).toEqual({ forwarded_ip: '203.0.113.0' });
  });

  it('leaves no address of a visitor anywhere in what an anonymised line becomes', () => {
    const hidden = readShapeSettings({ ROTA_ANONYMIZE: 'truncate' });
    const lines = [
      line('203.0.113.9 said 2001:db8:1:2::9', agent('nginx.access')),
      line('login of 203.0.113.9 by [2001:db8:1:2::9]:22', { app: 'sshd' }),
      line('{"who":"203.0.113.9","list":["2001:db8:1:2::9"]}'),
      line(
        '{"ecs":{},"message":"203.0.113.9","error":{"stack_trace":"at 2001:db8:1:2::9"},"cart":{"from":"203.0.113.9"}}',
      ),
      line('{"broken": 203.0.113.9 2001:db8:1:2::9', { sd: '[meta sequenceId="1"]' }),
      Buffer.from('no line of rsyslog: 203.0.113.9'),
    ];
    for (const one of lines) {
      const shaped = shape(one, hidden);
      const shown = JSON.stringify(shaped) + (shaped.kind === 'dead_letter' ? shaped.raw.toString() : '');
      expect(shown).not.toMatch(/203\.0\.113\.9|db8:1:2/);
      expect(shown).toContain('203.0.113.0');
    }
    const own = '{"ecs":{},"server":{"address":"10.0.0.21","port":8021},"host":{"name":"10.0.0.21"},"message":"m"}';
    expect(documentOf(shape(line(own), hidden))).toMatchObject({
      server: { address: '10.0.0.21' },
      host: { name: '10.0.0.21' },
    });
  });

  it('keeps a line that is not JSON as it came, unless told otherwise', () => {
    const text = 'é \\ "as it came"';
    const event = (bytes: Buffer, given = settings) => documentOf(shape(bytes, given))['event'];
    expect(event(line(text))).toMatchObject({ original: text });
    expect(event(line(Buffer.from([0xff, 0x41])))).toMatchObject({ original: 'ÿA' });
    expect(event(line('x'.repeat(70_000)))).toMatchObject({ original: 'x'.repeat(65_536) });
    expect(event(line('{"ecs":{},"message":"m"}'))).not.toHaveProperty('original');
    expect(event(line('{"a":1}'))).not.toHaveProperty('original');
    expect(event(line(text), readShapeSettings({ ROTA_KEEP_ORIGINAL: 'off' }))).not.toHaveProperty('original');
  });
});

describe('whose lines the operator says that they are', () => {
  const combined = '203.0.113.9 - - [23/Nov/2026:10:00:00 +0000] "GET /x HTTP/1.1" 200 5 "-" "curl/8"';
  const said = (entry: object) => ({ ...settings, ...readFormatsFile(JSON.stringify([entry])) });
  const read = (bytes: Buffer, entry: object) => shape(bytes, said(entry));

  it('are those of a file, whatever its agent says', () => {
    const of = read(line(combined, agent('gunicorn.access')), { is: 'apache', file: '/var/log/x.log' });
    expect(documentOf(of)).toMatchObject({
      event: { dataset: 'nginx.access', module: 'apache' },
      rota: { tier: 'frontend' },
    });
  });

  it('are those of a name: a balancer’s are never a frontend’s', () => {
    const of = read(line(combined, { app: 'north-lb' }), { is: 'haproxy', program: 'north-lb' });
    expect(documentOf(of)).toMatchObject({
      event: { dataset: 'haproxy.log' },
      rota: { tier: 'lb' },
      message: combined,
    });
  });

  it('are nobody else’s', () => {
    const of = read(line(combined, { app: 'shop' }), { is: 'haproxy', program: 'north-lb' });
    expect(documentOf(of)).toMatchObject({ event: { dataset: 'nginx.access' } });
  });
});

describe('what may have come before', () => {
  const sdk = (sequence: number) =>
    line(
      JSON.stringify({
        '@timestamp': '2026-11-23T10:00:00Z',
        ecs: {},
        event: { id: `r-${sequence}`, sequence },
        agent: { ephemeral_id: 'r' },
      }),
    );
  const settled = NOW + 300_000;
  const fresh = { ...settings, lateMs: 1_000_000 };

  it('is every event of a sender that is new to this process', () => {
    const memory = new ResendMemory();
    expect(shape(sdk(1), fresh, memory, NOW).mayBeResend).toBe(true);
    expect(shape(sdk(2), fresh, memory, NOW + 1000).mayBeResend).toBe(true);
  });

  it('is not the next event of a sender that was followed for a while', () => {
    const memory = new ResendMemory();
    shape(sdk(1), fresh, memory, NOW);
    expect(shape(sdk(2), fresh, memory, settled).mayBeResend).toBe(false);
  });

  it('is an event whose number was seen', () => {
    const memory = new ResendMemory();
    shape(sdk(5), fresh, memory, NOW);
    shape(sdk(6), fresh, memory, settled);
    expect(shape(sdk(6), fresh, memory, settled).mayBeResend).toBe(true);
    expect(shape(sdk(3), fresh, memory, settled).mayBeResend).toBe(true);
    expect(shape(sdk(7), fresh, memory, settled).mayBeResend).toBe(false);
  });

  it('is a line of a file at or before the place that was reached', () => {
    const memory = new ResendMemory();
    const at = (offset: number) => shape(line('x', agent('nginx.error', offset)), fresh, memory, settled).mayBeResend;
    shape(line('x', agent('nginx.error', 100)), fresh, memory, NOW);
    expect(at(200)).toBe(false);
    expect(at(150)).toBe(true);
    expect(at(300)).toBe(false);
  });

  it('is each line of a file that starts again, for a while', () => {
    const memory = new ResendMemory();
    expect(memory.mayBeResend('f', 500, NOW)).toBe(true);
    expect(memory.mayBeResend('f', 0, settled)).toBe(true);
    expect(memory.mayBeResend('f', 100, settled + 1000)).toBe(true);
    expect(memory.mayBeResend('f', 200, settled + 300_000)).toBe(false);
  });

  it('is what comes late, whoever sent it', () => {
    const haproxy = line('Proxy a started.', { ...agent('haproxy.log'), sd: '[rota@1 dataset="haproxy.log" id="H"]' });
    expect(shape(haproxy, settings, new ResendMemory(), NOW).mayBeResend).toBe(false);
    expect(shape(haproxy, settings, new ResendMemory(), NOW + 60_000).mayBeResend).toBe(true);
  });

  it('agrees with a model: a sender never gets a "no" for a number it had sent', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 }), (numbers) => {
        const memory = new ResendMemory(0);
        const seen = new Set<number>();
        for (const number of numbers) {
          if (seen.has(number) && number !== 0) {
            // A restart at 0 forgets what was before: such a line is late or within the settling time.
            if (!seen.has(0)) expect(memory.mayBeResend('s', number, NOW)).toBe(true);
          } else memory.mayBeResend('s', number, NOW);
          seen.add(number);
        }
      }),
    );
  });

  it('forgets the oldest sender when it knows too many, and takes it for new', () => {
    const memory = new ResendMemory(0, 2);
    for (const sender of ['a', 'b', 'c']) memory.mayBeResend(sender, 1, NOW);
    expect(memory.mayBeResend('a', 2, NOW + 1)).toBe(true);
  });
});
