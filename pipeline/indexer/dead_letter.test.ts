import fc from 'fast-check';
import { expect, test } from 'vitest';
import { intake } from './intake';
import { documentOf } from './item';

test('whatever bytes come, the dead letter holds exactly these', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (array) => {
      const line = Buffer.from(array);
      const item = intake(
        line,
        () => {
          throw new Error('broken');
        },
        'rota',
      );
      expect(item.stream).toBe('logs-rota.deadletter-rota');
      const rota = documentOf(item)['rota'] as { raw: string; reason: string };
      expect(Buffer.from(rota.raw, 'base64').equals(line)).toBe(true);
      expect(rota.reason).toContain('broken');
    }),
  );
});

test('the same line gets the same id each time it comes', () => {
  const broken = () => {
    throw new Error('broken');
  };
  const ids = [1, 2].map(() => intake(Buffer.from('line'), broken, 'rota').id);
  expect(ids[0]).toBe(ids[1]);
});

test.each(['', 'x'.repeat(513), 'é'.repeat(300)])('an id that Elasticsearch would refuse is replaced', (id) => {
  const shape = () => ({ kind: 'document', dataset: 'syslog', id, mayBeResend: false, doc: {} }) as const;
  expect(intake(Buffer.from('line'), shape, 'rota').id).toMatch(/^[\w-]{32}$/);
});

test('a dataset that cannot be part of a data stream’s name makes a dead letter', () => {
  const shape = () => ({ kind: 'document', dataset: 'Bad Name', id: '1', mayBeResend: false, doc: {} }) as const;
  expect(intake(Buffer.from('line'), shape, 'rota').dataset).toBe('rota.deadletter');
});
