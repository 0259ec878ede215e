import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conform } from './conform';
import type { JsonObject } from './shape/shaped';

const TIME = '2026-11-23T10:00:00.000Z';

test('a document of known fields passes unchanged', () => {
  const doc = {
    '@timestamp': TIME,
    message: 'hello',
    tags: ['health_check'],
    http: { request: { id: 'r1' }, response: { status_code: 500 } },
    rota: { attempts: [{ n: 1, address: '127.0.0.1:80', status_code: 500, duration: 5 }], tier: 'frontend' },
  };
  expect(conform(structuredClone(doc))).toEqual(doc);
});

test('an unknown field moves to rota.extra under its own name', () => {
  expect(conform({ '@timestamp': TIME, cart: { items: 3 }, http: { request: { id: 'r1', colour: 'red' } } })).toEqual({
    '@timestamp': TIME,
    http: { request: { id: 'r1' } },
    rota: { extra: { cart: { items: 3 }, http: { request: { colour: 'red' } } } },
  });
});

test.each<[string, JsonObject, JsonObject]>([
  ['an object where text belongs', { message: { a: 1 } }, { message: { a: 1 } }],
  ['text where an object belongs', { host: 'web-1' }, { host: 'web-1' }],
  ['words where a number belongs', { event: { duration: 'long' } }, { event: { duration: 'long' } }],
  ['a number beyond long', { event: { duration: 1e300 } }, { event: { duration: 1e300 } }],
  ['words where a date belongs', { event: { created: 'noon' } }, { event: { created: 'noon' } }],
  ['attempts that are not objects', { rota: { attempts: [1] } }, { rota: { attempts: [1] } }],
])('%s moves to rota.extra', (_, doc, extra) => {
  const result = conform({ '@timestamp': TIME, ...doc });
  expect((result['rota'] as JsonObject)['extra']).toEqual(extra);
});

test('rota that is no object is kept as extra too', () => {
  expect(conform({ '@timestamp': TIME, rota: 'x' })['rota']).toEqual({ extra: { rota: 'x' } });
});

test('what the sender put in rota.extra stays beside what is moved there', () => {
  const doc = conform({ '@timestamp': TIME, a: 1, rota: { extra: { b: 2 } } });
  expect(doc['rota']).toEqual({ extra: { a: 1, b: 2 } });
});

test('a document without a readable time gets one and keeps what it said', () => {
  const doc = conform({ '@timestamp': 'noon', message: 'm' });
  expect(Date.parse(doc['@timestamp'] as string)).toBeGreaterThan(0);
  expect(doc['rota']).toEqual({ extra: { '@timestamp': 'noon' } });
});

test('a dotted name, which would be the same field once more, moves to rota.extra', () => {
  expect(conform({ '@timestamp': TIME, host: { name: 'web-1' }, 'host.name': 'web-2' })).toEqual({
    '@timestamp': TIME,
    host: { name: 'web-1' },
    rota: { extra: { 'host.name': 'web-2' } },
  });
});

test('a field called __proto__ is kept like any other', () => {
  const doc = conform(JSON.parse(`{"@timestamp":"${TIME}","__proto__":{"a":1}}`));
  expect(JSON.stringify(doc)).toContain('"__proto__":{"a":1}');
});

test('a deep extra becomes text at the twelfth level', () => {
  let deep: JsonObject = { end: true };
  for (let level = 0; level < 100; level += 1) deep = { d: deep };
  const text = JSON.stringify(conform({ '@timestamp': TIME, deep }));
  expect(text.length).toBeGreaterThan(500);
  expect(text.split('{"d":').length).toBeLessThan(20);
});

test('conforming twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (fields) => {
      const doc = { ...structuredClone(fields), '@timestamp': TIME } as JsonObject;
      const once = conform(doc);
      const text = JSON.stringify(once);
      expect(JSON.stringify(conform(JSON.parse(text)))).toBe(text);
    }),
  );
});
