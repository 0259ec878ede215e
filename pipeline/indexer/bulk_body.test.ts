import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bulkBody } from './bulk_body';
import { documentOf, itemOf } from './item';

const NOW = '2026-11-23T10:00:00.000Z';
const item = (id: string, doc: Parameters<typeof itemOf>[0]['doc']) =>
  itemOf({ dataset: 'syslog', stream: 'logs-syslog-rota', id, doc, mayBeResend: false, line: Buffer.alloc(0) });

test('whatever the text, each document comes back as it was, with the time of the attempt', () => {
  const text = fc.string({ unit: 'binary', maxLength: 50 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), (documents) => {
      const items = documents.map(([id, message]) => item(id, { message, event: { id }, extra: { [message]: id } }));
      bulkBody(items, '2020-01-01T00:00:00.000Z');
      const lines = bulkBody(items, NOW).toString().trimEnd().split('\n');
      documents.forEach(([id, message], n) => {
        expect(JSON.parse(lines[2 * n]!)).toEqual({
          create: { _index: 'logs-syslog-rota', _id: JSON.parse(JSON.stringify(id)) },
        });
        const expected = JSON.parse(
          JSON.stringify({ message, event: { id, ingested: NOW }, extra: { [message]: id } }),
        );
        expect(JSON.parse(lines[2 * n + 1]!)).toEqual(expected);
        expect(documentOf(items[n]!)).toEqual(expected);
      });
    }),
  );
});

test('a document without an event, or larger than a slab, is written all the same', () => {
  const items = [item('1', { message: 'ü'.repeat(300_000) }), item('2', { event: null })];
  const lines = bulkBody(items, NOW).toString().trimEnd().split('\n');
  expect(JSON.parse(lines[1]!)).toEqual({ message: 'ü'.repeat(300_000), event: { ingested: NOW } });
  expect(JSON.parse(lines[3]!)).toEqual({ event: { ingested: NOW } });
});
