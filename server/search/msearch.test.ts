import { describe, expect, it } from 'vitest';
import type { SearchClient } from '../host';
import { boundedClient } from './bounded_client';
import { askAll } from './msearch';

interface Line {
  index: string;
  size?: number;
  aggs?: object;
}

/** A stand-in for the client: each line, and each aggregation, is of a known length, and a longer answer is let go of. */
function standIn(bytesOf: Record<string, { line: number; aggs: number; total: number }>) {
  const asked: { index: string; size: number }[][] = [];
  const client: SearchClient = {
    transport: {
      async request({ bulkBody = [] }, { maxResponseSize = 0 } = {}) {
        const searches = bulkBody
          .map((part, i) => ({ ...part, ...bulkBody[i + 1] }) as unknown as Line)
          .filter((_, i) => i % 2 === 0);
        asked.push(searches.map(({ index, size = 10 }) => ({ index, size })));
        const lengths = searches.map(({ index, size = 10, aggs }) => {
          const { line, aggs: of, total } = bytesOf[index]!;
          return line * Math.min(size, total) + (aggs ? of : 0);
        });
        if (lengths.reduce((a, b) => a + b, 0) > maxResponseSize) {
          throw Object.assign(new Error('The content length (…) is bigger than the maximum allowed string (…)'), {
            name: 'RequestAbortedError',
          });
        }
        const responses = searches.map(({ index, size = 10 }) => ({
          hits: {
            total: { value: bytesOf[index]!.total },
            hits: Array.from({ length: Math.min(size, bytesOf[index]!.total) }, (_, i) => ({
              _id: `${i}`,
              _index: index,
            })),
          },
        }));
        return { responses };
      },
    },
  };
  return { asked, client: boundedClient(client) };
}

const search = (index: string, size: number, more: object = {}) => ({ index, body: { size, ...more } });
const MIB = 1024 * 1024;
const { signal } = new AbortController();

describe('the searches of a view (against a stand-in for the client)', () => {
  it('are one request where their answers are short', async () => {
    const { asked, client } = standIn({ a: { line: 100, aggs: 0, total: 5 } });
    const { results, reasons } = await askAll(client, { first: search('a', 10), second: search('a', 2) }, signal);
    expect([results.first.hits.length, results.second.hits.length, reasons, asked.length]).toEqual([5, 2, [], 1]);
  });

  it('are asked one by one where their answers are too long together', async () => {
    const { client } = standIn({ a: { line: MIB, aggs: 0, total: 9 } });
    const { results, reasons } = await askAll(client, { first: search('a', 9), second: search('a', 9) }, signal);
    expect([results.first.hits.length, results.second.hits.length, reasons]).toEqual([9, 9, []]);
  });

  it('read fewer lines where those are long, and say so, and answer all else', async () => {
    const { client } = standIn({ a: { line: MIB, aggs: 0, total: 500 }, b: { line: 10, aggs: 0, total: 5 } });
    const { results, reasons } = await askAll(client, { long: search('a', 500), short: search('b', 10) }, signal);
    expect(results.long.total).toBe(500);
    expect(results.long.hits.length).toBeGreaterThan(0);
    expect(results.short.hits.length).toBe(5);
    expect(reasons).toEqual([
      { code: 'search_failed', message: expect.stringMatching(/^Of the lines of "long" only \d/) },
    ]);
  });

  it('do not call it a loss where who asks reads on', async () => {
    const { client } = standIn({ a: { line: MIB, aggs: 0, total: 500 } });
    const { results, reasons } = await askAll(client, { rows: { ...search('a', 500), readsOn: true } }, signal);
    expect(results.rows).toMatchObject({ shortened: true });
    expect(reasons).toEqual([]);
  });

  it('say which part is missing where it is too long altogether, and fail where all are', async () => {
    const { client } = standIn({ a: { line: 0, aggs: 99 * MIB, total: 5 }, b: { line: 10, aggs: 0, total: 5 } });
    const aggs = { aggs: { hosts: {} } };
    const { results, reasons } = await askAll(client, { long: search('a', 0, aggs), short: search('b', 10) }, signal);
    expect([results.long.total, results.short.total]).toEqual([0, 5]);
    expect(reasons[0]!.message).toMatch(/^The part "long" is missing: it is too long/);
    await expect(askAll(client, { long: search('a', 0, aggs) }, signal)).rejects.toMatchObject({ code: 'too_large' });
  });
});
