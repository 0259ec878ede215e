import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { intake } from '../../pipeline/indexer/intake.js';
import { documentOf, type Item } from '../../pipeline/indexer/item.js';
import { createShape, readShapeSettings } from '../../pipeline/indexer/shape';
import type { Json, JsonObject } from '../../pipeline/indexer/shape/shaped.js';

/** Two webapps, one of them in an attacker's hands, a frontend, the balancer, and a relay for the edge. */
const TABLE = `
10.0.0.1        host=web-1       tier=webapp
10.0.0.2        host=web-2       tier=webapp
10.0.0.5        host=frontend-1  tier=frontend
10.0.0.9        host=lb-1        tier=lb
10.0.0.11       host=edge-*      tier=frontend
`;
const folder = mkdtempSync(join(tmpdir(), 'rota-claims-'));
writeFileSync(join(folder, 'senders'), TABLE);
afterAll(() => rmSync(folder, { recursive: true }));
const bound = createShape(readShapeSettings({ ROTA_SENDERS: join(folder, 'senders') }));
const unbound = createShape(readShapeSettings({}));

const HEADER = {
  in: 'relps',
  id: '0123456789ABCDEF0123456789ABCDEF',
  d: '',
  h: 'web-1',
  from: '10.0.0.1',
  ts: '2026-11-23T10:00:00.123456+00:00',
  rcv: '2026-11-23T10:00:00.500000+00:00',
  pri: '134',
  app: 'shop',
  pid: '42',
  mid: '-',
  sd: '[meta sequenceId="1"]',
  lf: '',
  ver: '1',
};
type Header = Partial<typeof HEADER>;

/** A line as rsyslog hands it over (pipeline/rsyslog/message.conf). */
function lineOf(message: string | JsonObject, header: Header = {}): Buffer {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return Buffer.from(`${JSON.stringify({ ...HEADER, ...header })}\t${text}`);
}

function take(line: Buffer, shape = bound): { item: Item; doc: JsonObject; code: Json | undefined } {
  const item = intake(line, shape, 'rota');
  const doc = documentOf(item);
  return { item, doc, code: (doc['event'] as JsonObject)['code'] };
}

const agent = (dataset: string, id = 'F-1') =>
  `[rota@32473 dataset="${dataset}" file="/var/log/x.log" offset="1" id="${id}"]`;
const ACCESS = '203.0.113.9 - - [23/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "curl/7.88.1"';

/** Every value that Elasticsearch gives a field: objects and dotted names are the same to it, and arrays are several values. */
function valuesOf(value: Json | undefined, path: string): Json[] {
  if (Array.isArray(value)) return value.flatMap((one) => valuesOf(one, path));
  if (path === '') return value === undefined || value === null ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    if (name === path) return valuesOf(one, '');
    return path.startsWith(`${name}.`) ? valuesOf(one, path.slice(name.length + 1)) : [];
  });
}

const event = (changes: JsonObject = {}): JsonObject => ({
  '@timestamp': '2026-11-23T10:00:00.000Z',
  ecs: { version: '8.11.0' },
  message: 'hello',
  host: { name: 'web-1' },
  event: { id: 'run1-7', sequence: 7, dataset: 'rota.app' },
  agent: { ephemeral_id: 'run1' },
  ...changes,
});

describe('with a table of senders', () => {
  it('a sender’s own event passes, and where it came from is kept', () => {
    const { item, doc } = take(lineOf(event()));
    expect(item.stream).toBe('logs-rota.app-rota');
    expect(item.id).toBe('run1-7');
    expect(valuesOf(doc, 'log.source.address')).toEqual(['10.0.0.1']);
  });

  it.each<[string, Buffer, string]>([
    ['another webapp’s event', lineOf(event({ host: { name: 'web-2' } })), 'foreign_host'],
    ['an event of two hosts', lineOf(event({ host: { name: ['web-1', 'web-2'] } })), 'foreign_host'],
    ['an event of a host that is no text', lineOf(event({ host: { name: { a: 1 } } })), 'foreign_host'],
    ['an event without a host, by a header of another’s', lineOf(event({ host: {} }), { h: 'web-2' }), 'foreign_host'],
    ['a health event', lineOf(event({ event: { dataset: 'rota.health' } })), 'foreign_dataset'],
    ['the pipeline’s own counters', lineOf(event({ event: { dataset: 'rota.pipeline' } })), 'foreign_dataset'],
    [
      'a health event by its data stream',
      lineOf(event({ data_stream: { dataset: 'rota.health' }, event: { dataset: 'rota.app' } })),
      'foreign_dataset',
    ],
    [
      'an event of one data set that calls itself another',
      lineOf(event({ data_stream: { dataset: 'rota.app' }, event: { dataset: 'nginx.access' } })),
      'foreign_dataset',
    ],
    ['an event of the balancer’s tier', lineOf(event({ rota: { tier: 'lb' } })), 'foreign_tier'],
    ['an event of two tiers', lineOf(event({ rota: { tier: ['webapp', 'lb'] } })), 'foreign_tier'],
    ['a frontend’s access line', lineOf(ACCESS, { sd: agent('nginx.access'), d: 'nginx.access' }), 'foreign_dataset'],
    [
      'a frontend’s access line in its name',
      lineOf(ACCESS, { sd: agent('nginx.access'), d: 'nginx.access', h: 'frontend-1' }),
      'foreign_host',
    ],
    [
      'the balancer’s words',
      lineOf('Server a/b is DOWN', { sd: agent('haproxy.log'), d: 'haproxy.log' }),
      'foreign_dataset',
    ],
    [
      'Rota’s nginx format inside plain syslog',
      lineOf('{"rota":1,"msec":"1795428000.123","request":"GET / HTTP/1.1","status":"200"}', { sd: '-' }),
      'foreign_dataset',
    ],
    [
      'another host’s rsyslog counters',
      lineOf('{"name":"main Q","size":"0"}', { sd: agent('rota.pipeline'), d: 'rota.pipeline', h: 'web-2' }),
      'foreign_host',
    ],
    ['plain syslog of another host', lineOf('hello', { sd: '-', h: 'web-2' }), 'foreign_host'],
    [
      'garbage of another host',
      lineOf('garbage', { sd: agent('nginx.access'), d: 'nginx.access', h: 'web-2' }),
      'foreign_host',
    ],
    ['a sender that nobody knows', lineOf(event(), { from: '10.0.0.77' }), 'unknown_sender'],
    ['an own event by UDP, whose address anyone can write', lineOf(event(), { in: 'udp' }), 'foreign_input'],
  ])('%s is a dead letter that says why, with its bytes and its sender', (_, line, code) => {
    const found = take(line);
    expect(found.code).toBe(code);
    expect(found.item.stream).toBe('logs-rota.deadletter-rota');
    const raw = Buffer.from(String(valuesOf(found.doc, 'rota.raw')[0]), 'base64');
    expect(line.toString().endsWith(`\t${raw}`)).toBe(true);
    expect(valuesOf(found.doc, 'log.source.address')).toEqual([JSON.parse(line.toString().split('\t')[0]!).from]);
    expect(valuesOf(found.doc, 'host.name')).not.toContain('web-2');
    // Without a table all is as it was.
    expect(take(line, unbound).code).not.toBe(code);
  });

  it('a refused event takes nobody’s id, not even among the dead letters', () => {
    const forged = take(lineOf(event({ host: { name: 'web-2' }, event: { id: 'run2-5', sequence: 5 } })));
    expect(forged.item.id).not.toContain('run2');
    expect(valuesOf(forged.doc, 'event.id')).toEqual([forged.item.id]);
    expect(valuesOf(forged.doc, 'agent.ephemeral_id')).toEqual([]);
    // The same again is the same dead letter.
    expect(take(lineOf(event({ host: { name: 'web-2' }, event: { id: 'run2-5', sequence: 5 } }))).item.id).toBe(
      forged.item.id,
    );
  });

  it('agents send their own counters, and a relay writes for the names that it was given', () => {
    const stats = '{"name":"main Q","size":"0"}';
    const own = take(lineOf(stats, { sd: agent('rota.pipeline'), d: 'rota.pipeline' }));
    expect(own.item.stream).toBe('logs-rota.pipeline-rota');
    const relayed = { from: '10.0.0.11', sd: agent('nginx.access'), d: 'nginx.access' };
    expect(take(lineOf(ACCESS, { ...relayed, h: 'edge-3' })).item.stream).toBe('logs-nginx.access-rota');
    expect(take(lineOf(ACCESS, { ...relayed, h: 'frontend-1' })).code).toBe('foreign_host');
  });

  it('what this rsyslog says itself needs no line in the table', () => {
    expect(take(lineOf('start', { in: 'rsyslogd', from: '127.0.0.1', h: 'log-1', sd: '-' })).code).toBeUndefined();
    expect(
      take(lineOf('{"name":"x"}', { in: 'impstats', from: '127.0.0.1', h: 'log-1', sd: '-', d: 'rota.pipeline' })).code,
    ).toBeUndefined();
  });
});

/** The fields by which a document speaks in someone's name, and one of the pipeline's own. */
const FIELDS = ['host.name', 'rota.tier', 'event.dataset', 'data_stream.dataset', 'log.source.address', 'event.id'];
const VALUES = [
  'web-1',
  'web-2',
  'webapp',
  'lb',
  'rota.app',
  'rota.health',
  'rota.pipeline',
  'nginx.access',
  '10.9.9.9',
];

/** One field with some value, its name cut at the dots in any of the ways that JSON allows. */
const member = fc
  .tuple(
    fc.constantFrom(...FIELDS),
    fc.oneof(
      fc.constantFrom(...VALUES),
      fc.array(fc.constantFrom(...VALUES), { maxLength: 2 }),
      fc.constantFrom<Json>(null, 1, {}, { name: 'web-2' }, [['web-2']]),
    ),
    fc.integer({ min: 0, max: 3 }),
  )
  .map(([field, value, cuts]): JsonObject => {
    const names: string[] = [];
    for (const [at, part] of field.split('.').entries()) {
      if (at > 0 && (cuts >> (at - 1)) & 1) names[names.length - 1] += `.${part}`;
      else names.push(part);
    }
    return names.reduceRight<Json>((inner, name) => ({ [name]: inner }), value as Json) as JsonObject;
  });

function merged(into: JsonObject, from: JsonObject): JsonObject {
  for (const [name, value] of Object.entries(from)) {
    const there = into[name];
    const both = [there, value].every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
    into[name] = both ? merged(there as JsonObject, value as JsonObject) : value;
  }
  return into;
}

describe('whatever an event of web-1 says', () => {
  const anything = fc.tuple(
    fc.array(member, { maxLength: 6 }),
    fc.constantFrom('web-1', 'web-2', '-', ''),
    fc.boolean(),
  );

  it('no document speaks in another’s name, and nothing that was sent is lost', () => {
    fc.assert(
      fc.property(anything, ([members, h, sdk]) => {
        const message = members.reduce<JsonObject>(merged, { message: 'm', ecs: { version: '8' } });
        const line = lineOf(message, { h, sd: sdk ? HEADER.sd : '-' });
        const { item, doc, code } = take(line);
        expect(valuesOf(doc, 'log.source.address')).toEqual(['10.0.0.1']);
        expect(valuesOf(doc, 'event.id')).toEqual([item.id]);
        expect(valuesOf(doc, 'data_stream.dataset')).toEqual([item.dataset]);
        if (item.dataset === 'rota.deadletter') {
          expect(code).toMatch(/^(foreign|unknown)_/);
          expect(Buffer.from(String(valuesOf(doc, 'rota.raw')[0]), 'base64').toString()).toBe(JSON.stringify(message));
          return;
        }
        expect(new Set(valuesOf(doc, 'host.name'))).toEqual(new Set(['web-1']));
        expect(['rota.app', 'syslog']).toContain(item.dataset);
        for (const tier of valuesOf(doc, 'rota.tier')) expect(tier).toBe('webapp');
        for (const name of valuesOf(doc, 'event.dataset')) {
          expect(['rota.health', 'rota.pipeline', 'nginx.access']).not.toContain(name);
        }
        // What had no place of its own is kept beside.
        for (const value of valuesIn(message)) expect(JSON.stringify(doc)).toContain(JSON.stringify(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('each field has one place, with a table or without', () => {
    fc.assert(
      fc.property(anything, ([members, h]) => {
        const message = members.reduce<JsonObject>(merged, { message: 'm', ecs: { version: '8' } });
        const { doc } = take(lineOf(message, { h }), unbound);
        for (const field of FIELDS) {
          const places = new Set(placesOf(doc, field));
          expect(places.size, `${field} in ${JSON.stringify(doc)}`).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** Every way in which a document names a field. */
function placesOf(value: Json | undefined, path: string, here = ''): string[] {
  if (path === '') return value === undefined || value === null ? [] : [here];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    if (name === path) return placesOf(one, '', `${here}/${name}`);
    return path.startsWith(`${name}.`) ? placesOf(one, path.slice(name.length + 1), `${here}/${name}`) : [];
  });
}

/** Texts that a sender wrote and the pipeline has no right to replace: all but its own fields. */
function valuesIn(message: JsonObject): Json[] {
  return ['host.name', 'rota.tier', 'event.dataset'].flatMap((field) => valuesOf(message, field));
}
