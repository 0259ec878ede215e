import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainOf } from '../record/spell.js';
import { EcsEncoder } from './ecs_encoder.js';
import { truncate } from './truncate.js';

const TIME = '2026-11-23T10:00:00.000Z';
const encoder = new EcsEncoder(
  {
    service: { name: 'shop', version: '1' },
    agent: { type: 'rota-sdk', ephemeral_id: 'e' },
    host: { name: 'web-1' },
    process: { pid: 7 },
    rota: { tier: 'webapp' },
  },
  'e',
  'rota.app',
);
// biome-ignore lint/suspicious/noExplicitAny: tests reach into the document
const encode = (fields: Record<string, unknown> | undefined, message = 'm'): any =>
  JSON.parse(encoder.encode(TIME, 'info', message, 3, readable(fields)));
const readable = (fields: Record<string, unknown> | undefined) =>
  fields && (plainOf(fields, 65_536).value as Record<string, unknown>);

const anyFields = fc.dictionary(
  fc.oneof(
    fc.string(),
    fc.constantFrom(
      'event',
      'agent',
      'log',
      'service.name',
      'event.id',
      '__proto__',
      'rota',
      '@timestamp',
      'message',
      'ecs',
    ),
  ),
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true, withNullPrototype: true }),
);

describe('EcsEncoder', () => {
  it('writes one line of valid JSON with the identity whole, whatever is logged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), anyFields, (message, fields) => {
        const text = encoder.encode(TIME, 'info', message, 3, readable(fields));
        const doc = JSON.parse(text);
        expect(text).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(Buffer.from(text).toString()).toBe(text);
        expect([doc.event.id, doc.event.sequence, doc.agent.ephemeral_id, doc.log.level]).toEqual([
          'e-3',
          3,
          'e',
          'info',
        ]);
        expect(doc.message).toBe(Buffer.from(message).toString() === message ? message : doc.message);
      }),
    );
  });

  it("puts the application's fields beside ours and merges where they meet", () => {
    const doc = encode({
      url: { path: '/' },
      event: { duration: 5, id: 'evil', sequence: 99 },
      'service.version': '2',
      rota: { pool: 'p' },
    });
    expect(doc).toMatchObject({
      url: { path: '/' },
      event: { dataset: 'rota.app', duration: 5, id: 'e-3', sequence: 3 },
      service: { name: 'shop', version: '2' },
      rota: { tier: 'webapp', pool: 'p' },
    });
  });

  it('lets the application name dataset and time, not agent or level', () => {
    const doc = encode({
      event: { dataset: 'rota.access' },
      '@timestamp': new Date(0),
      agent: { type: 'x' },
      log: { level: 'x', logger: 'db' },
    });
    expect([doc.event.dataset, doc['@timestamp'], doc.agent.type]).toEqual([
      'rota.access',
      '1970-01-01T00:00:00.000Z',
      'rota-sdk',
    ]);
    expect(doc.log).toEqual({ level: 'info', logger: 'db' });
  });

  it('keeps what cannot be an ECS object under rota.extra', () => {
    expect(encode({ event: 'signup', service: 5, agent: 'x' }).rota).toEqual({
      tier: 'webapp',
      extra: { event: 'signup', service: 5, agent: 'x' },
    });
  });

  it('opens dotted names into objects, once', () => {
    const doc = encode({ 'url.path': '/a', url: { query: 'b' }, 'not a name.x': 1 });
    expect([doc.url, doc['not a name.x']]).toEqual([{ path: '/a', query: 'b' }, 1]);
  });
});

describe('truncate', () => {
  it('makes any document fit, valid and identified', () => {
    const fields = fc.dictionary(
      fc.string({ maxLength: 20 }),
      fc.oneof(fc.string({ unit: 'binary', maxLength: 3000 }), fc.array(fc.string(), { maxLength: 200 }), fc.integer()),
      { maxKeys: 50 },
    );
    fc.assert(
      fc.property(
        fields,
        fc.string({ unit: 'grapheme', maxLength: 5000 }),
        fc.integer({ min: 600, max: 4000 }),
        (given, message, max) => {
          const text = encoder.encode(TIME, 'info', message, 3, given);
          if (Buffer.byteLength(text) <= max) return;
          const short = truncate(text, max);
          expect(Buffer.byteLength(short)).toBeLessThanOrEqual(max);
          expect(JSON.parse(short)).toMatchObject({
            '@timestamp': TIME,
            event: { id: 'e-3', sequence: 3 },
            rota: { truncated: true },
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('cuts the longest string and leaves the others', () => {
    const doc = JSON.parse(
      truncate(encoder.encode(TIME, 'info', 'short', 3, { a: { b: 'x'.repeat(5000) }, c: 'kept' }), 1000),
    );
    expect([doc.message, doc.c, doc.a.b.endsWith('x…'), doc.a.b.length > 300]).toEqual(['short', 'kept', true, true]);
  });
});
