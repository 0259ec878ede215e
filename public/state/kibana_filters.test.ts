import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KibanaFilter } from '../kibana/contract';
import { fromKibanaFilter, toKibanaFilter } from './kibana_filters';
import { filtersOf, isPill, type Pill } from './pills';
import { readAddress, writeScope } from './url_state';

const field = fc.constantFrom('host.name', 'rota.attempts.status_code', 'url.path', '@timestamp');
const value = fc.oneof(fc.string({ minLength: 1, maxLength: 9 }), fc.integer(), fc.boolean());
const bound = fc.oneof(fc.integer(), fc.constantFrom('2026-11-30', 'now-1h'));
const asked = fc.oneof(
  fc.record({ field, op: fc.constantFrom('is', 'is_not'), value }),
  fc.record({ field, op: fc.constantFrom('exists', 'not_exists') }),
  fc.record({
    field,
    op: fc.constantFrom('is_one_of', 'is_not_one_of'),
    values: fc.array(value, { minLength: 1, maxLength: 5 }),
  }),
  fc.record({
    field,
    op: fc.constantFrom('between', 'not_between'),
    bounds: fc.record({ gte: bound, gt: bound, lt: bound, lte: bound }, { requiredKeys: ['gte'] }),
  }),
  fc.record({
    op: fc.constantFrom('query', 'not_query'),
    query: fc.constantFrom(
      { term: { 'host.name': 'web-1' } },
      {
        bool: {
          should: [{ match: { a: 1 } }, { bool: { must_not: { exists: { field: 'b' } } } }],
          minimum_should_match: 1,
        },
      },
      { nested: { path: 'rota.attempts', query: { range: { 'rota.attempts.status_code': { gte: 500 } } } } },
    ),
  }),
);
const states = fc.record(
  { disabled: fc.constant(true), pinned: fc.constant(true), label: fc.string({ minLength: 1, maxLength: 9 }) },
  { requiredKeys: [] },
);
const pill = fc.tuple(asked, states).map(([filter, state]) => ({ ...filter, ...state }) as Pill);

describe('filters of Kibana’s bar', () => {
  it('come back as they were, of every kind and in every state, through Kibana and through the address', () => {
    fc.assert(
      fc.property(fc.array(pill, { maxLength: 6 }), (pills) => {
        expect(pills.map((one) => fromKibanaFilter(toKibanaFilter(one, 'a-view')))).toEqual(pills);
        const { scope, faults } = readAddress(writeScope('', { filters: pills }));
        expect([scope.filters, faults]).toEqual([pills, []]);
      }),
    );
  });

  it('ask nothing while they are disabled, and no more than they mean', () => {
    fc.assert(
      fc.property(fc.array(pill), (pills) => {
        const filters = filtersOf(pills);
        expect(filters).toHaveLength(pills.filter(({ disabled }) => !disabled).length);
        for (const filter of filters) expect(Object.keys(filter)).not.toContain('pinned');
      }),
    );
  });

  it.each<[string, KibanaFilter, Pill]>([
    [
      'a saved query’s range, whose bounds stand in its query',
      { meta: { key: 'a', type: 'range' }, query: { range: { a: { gte: 1, lt: 2, format: 'x' } } } },
      { field: 'a', op: 'between', bounds: { gte: 1, lt: 2 } },
    ],
    [
      'a phrase that an older Kibana wrote',
      { meta: { key: 'a', type: 'phrase' }, query: { match_phrase: { a: { query: 'x' } } } },
      { field: 'a', op: 'is', value: 'x' },
    ],
    [
      'filters joined by OR',
      {
        meta: {
          type: 'combined',
          relation: 'OR',
          params: [
            { meta: { key: 'a', type: 'exists', negate: true }, query: { exists: { field: 'a' } } },
            { meta: { key: 'b', type: 'exists', disabled: true }, query: { exists: { field: 'b' } } },
            { meta: { key: 'c', type: 'phrase' }, query: { match_phrase: { c: 1 } } },
          ],
        },
      },
      {
        op: 'query',
        query: {
          bool: {
            should: [{ bool: { must_not: [{ exists: { field: 'a' } }] } }, { match_phrase: { c: 1 } }],
            minimum_should_match: 1,
          },
        },
      },
    ],
  ])('are read: %s', (_, kibana, read) => expect(fromKibanaFilter(kibana)).toEqual(read));

  it.each<[string, Record<string, unknown> | undefined, string]>([
    ['a script', { script: { script: 'while (true) {}' } }, 'holds "script"'],
    [
      'a look-up in another index',
      { terms: { a: { index: 'secrets', id: '1', path: 'p' } } },
      '"terms" must have plain values',
    ],
    ['a regular expression', { regexp: { a: '(a+)+' } }, 'holds "regexp"'],
    ['wildcards without end', { wildcard: { a: '*?'.repeat(500) } }, 'has more than 20 wildcards'],
    [
      'a deep one',
      Array.from({ length: 20 }).reduce<object>((query) => ({ bool: { must: [query] } }), { match_all: {} }) as Record<
        string,
        unknown
      >,
      'inside each other',
    ],
    ['nothing', undefined, 'not taken'],
  ])('are refused in a sentence rather than half understood: %s', (_, query, words) => {
    const refused = fromKibanaFilter({ meta: { type: 'custom', alias: 'mine' }, query });
    expect(refused).toContain('The filter mine is not taken');
    expect(refused).toContain(words);
    expect(isPill({ op: 'query', query })).toBe(false);
  });
});
