import { describe, expect, it } from 'vitest';
import type { Context } from '../../context';
import type { Hit, SearchAnswer } from '../../search/msearch';
import { declaredSearches, readDeclared } from './declared';

const LIMITS = { size: 3, pages: 2 };
const RUNS = ['a', 'b', 'b-2', 'c'];

/** An Elasticsearch that holds dead letters with these ids, sorted. */
function world(ids: string[]) {
  const hits = ids.map((id): Hit => ({ _index: 'i', _id: id, _source: { event: { id } }, sort: [id] }));
  const after = (id: unknown): SearchAnswer => {
    const from = hits.findIndex(({ _id }) => _id === id) + 1;
    return { hits: hits.slice(from, from + LIMITS.size), total: hits.length, aggregations: {} };
  };
  const context = {
    askAll: async ({ next }: { next: { body: { search_after: string[] } } }) => ({
      next: after(next.body.search_after[0]),
    }),
  } as unknown as Context;
  const none: SearchAnswer = { hits: [], total: 0, aggregations: {} };
  const searches = declaredSearches(RUNS, '2026-01-01T00:00:00Z', 'rota', LIMITS);
  return readDeclared(RUNS, searches, { drops: none, dead: after(undefined) }, context, LIMITS);
}

describe('readDeclared', () => {
  it('reads page after page, and gives each run its own', async () => {
    const read = await world(['a-1', 'a-2', 'b-2-7', 'b-9', 'c-1']);
    expect([...read].map(([run, { deadLetters }]) => [run, deadLetters])).toEqual([
      ['a', [1, 2]],
      ['b', [9]],
      ['b-2', [7]],
      ['c', [1]],
    ]);
    expect([...read.values()].some(({ cut }) => cut)).toBe(false);
  });

  it('says of which runs something may be left', async () => {
    const read = await world(['a-1', 'a-2', 'b-2-1', 'b-2-2', 'b-2-3', 'b-2-4', 'b-2-5', 'c-1']);
    expect([...read].filter(([, { cut }]) => cut).map(([run]) => run)).toEqual(['b', 'b-2', 'c']);
  });
});
