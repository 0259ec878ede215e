import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSource } from './source';

const AT = '2026-11-23T09:00:00.000Z';

describe('a line’s source', () => {
  it('is itself where every value has its field’s shape', () => {
    const line = {
      '@timestamp': AT,
      host: { name: 'web-1' },
      http: { response: { status_code: 500 }, request: { id: 'r' } },
      tags: ['health_check'],
      rota: { attempts: [{ n: 1, address: '10.0.0.7:80', status_code: 502 }] },
      something: { else: [1, { of: 'its' }] },
    };
    expect(readSource(line)).toBe(line);
  });

  it('is read by what its fields are, not by what was written', () => {
    const line = {
      '@timestamp': Date.parse(AT),
      host: { name: [5, 'b'] },
      http: [{ response: { status_code: ['502'] } }],
      url: 'not an object',
      tags: [['a', 1]],
      event: { duration: 'x', sequence: '7', created: `${Date.parse(AT)}` },
      rota: { attempts: { address: 7, status_code: '502' }, upstream: null },
    };
    expect(readSource(line)).toEqual({
      '@timestamp': AT,
      host: { name: '5' },
      http: { response: { status_code: 502 } },
      tags: ['a', '1'],
      event: { sequence: 7, created: AT },
      rota: { attempts: [{ address: '7', status_code: 502 }] },
    });
  });

  it('of more attempts than are shown keeps the first ones and the last, with their numbers', () => {
    const rota = { attempts: Array.from({ length: 10_000 }, () => ({ address: 'a' })) };
    const read = readSource({ '@timestamp': AT, rota }) as { rota: { attempts: { n: number }[] } };
    expect(read.rota.attempts.map(({ n }) => n)).toEqual([...Array.from({ length: 99 }, (_, i) => i + 1), 10_000]);
  });

  it('is not read where its time is no date', () => {
    expect(readSource({ '@timestamp': '8640000000000001' })).toBeUndefined();
    expect(readSource({ '@timestamp': null })).toBeUndefined();
    expect(readSource({ host: { name: 'a' } })).toEqual({ host: { name: 'a' } });
  });

  it('has times, texts and numbers or nothing, whatever was written', () => {
    const name = fc.constantFrom(
      '@timestamp',
      'host',
      'name',
      'event',
      'duration',
      'created',
      'rota',
      'attempts',
      'tags',
      'n',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, 5, 1e300, '7', 'x', AT, '-62135596800000'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(name, tie('any'), { maxKeys: 5 }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 5 }), (source) => {
        const read = readSource(source) as Record<string, Record<string, unknown>> | undefined;
        if (!read) return;
        if ('@timestamp' in read) expect(Date.parse(String(read['@timestamp']))).not.toBeNaN();
        expect(['string', 'undefined']).toContain(typeof read['host']?.['name']);
        expect(['number', 'undefined']).toContain(typeof read['event']?.['duration']);
        expect([read['rota']?.['attempts'] ?? []].flat().every((one) => typeof one === 'object' && one !== null)).toBe(
          true,
        );
      }),
    );
  });
});
