import { describe, expect, it } from 'vitest';
import type { Scope } from '../../common/api';
import { kqlToQuery } from '../../common/kql';
import type { Context } from '../context';
import { AnswerCache } from './cache';
import { assertValues } from './value_faults';

const TYPES: Record<string, string[]> = {
  'http.response.status_code': ['long'],
  '@timestamp': ['date'],
  'source.ip': ['ip'],
  'rota.retried': ['boolean'],
  'url.path': ['keyword'],
  'event.duration': ['long'],
  mixed: ['long', 'keyword'],
};

/** A stand-in for Elasticsearch's account of its fields. */
const context = (fields = TYPES) =>
  ({
    cache: new AnswerCache(10, 1000),
    principal: 'a',
    settings: { namespace: 'rota' },
    kqlToQuery: ({ kql }: { kql: string }) => kqlToQuery(kql),
    send: async () => ({
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, types]) => [name, Object.fromEntries(types.map((type) => [type, {}]))]),
      ),
    }),
  }) as unknown as Context;
const scope = (kql: string, filters: Scope['filters'] = []) => ({ kql, filters }) as Scope;

describe('values that a field cannot hold (against a stand-in for Elasticsearch’s types)', () => {
  it.each([
    ['http.response.status_code: abc', 'abc', 'http.response.status_code can hold: it takes whole numbers (long)'],
    ['url.path : "/abc" and not http.response.status_code : (404 or abc)', 'abc)', 'takes whole numbers'],
    [
      '@timestamp >= "2026-11-14 15:35"',
      '2026-11-14 15',
      'takes times (date), such as @timestamp : "2026-11-23T09:00:00"',
    ],
    ['source.ip : local', 'local', 'takes IP addresses (ip)'],
    [`url.path : "${'x'.repeat(900)}" and rota.retried : perhaps`, 'perhaps', 'takes true or false'],
    ['event.duration > 2s', '2s', 'event.duration can hold'],
  ])('are named with their field, their place and what it takes: %.60s', async (kql, place, words) => {
    const fault = await assertValues(scope(kql), context()).then(
      () => null,
      (error: unknown) => error,
    );
    expect(fault).toMatchObject({
      code: 'invalid_kql',
      at: kql.lastIndexOf(place),
      message: expect.stringContaining(words),
    });
  });

  it('are found in the filter bar, too', async () => {
    const filters: Scope['filters'] = [{ field: 'http.response.status_code', op: 'is_one_of', values: [404, 'abc'] }];
    await expect(assertValues(scope('', filters), context())).rejects.toMatchObject({
      at: null,
      message: expect.stringContaining('In the filter bar: "abc" is nothing that http.response.status_code can hold'),
    });
  });

  it.each([
    'http.response.status_code : 404 or http.response.status_code >= "4.5e2"',
    '@timestamp >= now-1h and @timestamp < "2026-11-14||/d" and @timestamp : 2026 and not @timestamp : "2026-11-14T15:35:00.123+05:30"',
    '@timestamp : 1795468025123 or @timestamp : "2026-11-14T15"',
    'source.ip : "10.0.0.0/8" or source.ip : "2001:db8::1" or source.ip : *',
    'rota.retried : true and url.path : anything at all',
    'mixed : abc or unknown.field : abc or abc',
  ])('are not seen where there are none: %s', async (kql) => {
    await expect(assertValues(scope(kql), context())).resolves.toBeUndefined();
  });

  it('are left to the search where types cannot be told', async () => {
    const silent = { ...context(), send: () => Promise.reject(new Error('forbidden')) } as unknown as Context;
    await expect(assertValues(scope('http.response.status_code : abc'), silent)).resolves.toBeUndefined();
  });
});
