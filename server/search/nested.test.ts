import { describe, expect, it } from 'vitest';
import { kqlToQuery } from '../../common/kql';
import { existsQuery, inNested, nestedPathOf, reachNested, valuesOf } from './nested';

const inAttempts = (query: object) => ({ nested: { path: 'rota.attempts', query, ignore_unmapped: true } });
const status = (value: string) => ({ match: { 'rota.attempts.status_code': value } });

describe('parts of a nested field', () => {
  it('are told from others', () => {
    expect(nestedPathOf('rota.attempts.status_code')).toBe('rota.attempts');
    expect(['rota.attempts', 'rota.attempts_more', 'url.path'].map(nestedPathOf)).toEqual([null, null, null]);
  });

  it('are asked where their values are', () => {
    expect(inNested('url.path', { term: { 'url.path': '/' } })).toEqual({ term: { 'url.path': '/' } });
    expect(existsQuery('rota.attempts.n')).toEqual(inAttempts({ exists: { field: 'rota.attempts.n' } }));
    expect(existsQuery('rota.attempts')).toEqual(inAttempts({ match_all: {} }));
  });

  it.each<[string, object]>([
    ['rota.attempts.status_code : 502', inAttempts(status('502'))],
    ['not rota.attempts.status_code : 502', { bool: { must_not: [inAttempts(status('502'))] } }],
    ['rota.attempts.n > 1', inAttempts({ range: { 'rota.attempts.n': { gt: '1' } } })],
    ['rota.attempts.address : *', inAttempts({ exists: { field: 'rota.attempts.address' } })],
    [
      'rota.attempts.address : 10.*',
      inAttempts({ query_string: { fields: ['rota.attempts.address'], query: '10.*' } }),
    ],
  ])('may stand by their full names: %s', (kql, query) => expect(reachNested(kqlToQuery(kql))).toEqual(query));

  it.each([
    'rota.attempts : { status_code : 502 and n : 1 }',
    'url.path : "/" or not host.name : web-1',
    'timeout',
    '',
  ])('leave other queries as they are: %s', (kql) => expect(reachNested(kqlToQuery(kql))).toEqual(kqlToQuery(kql)));

  it('are reached in what Kibana’s parser writes', () => {
    const kibanas = { bool: { should: [status('502')], minimum_should_match: 1 } };
    expect(reachNested({ bool: { must_not: kibanas } })).toEqual({
      bool: { must_not: { bool: { should: [inAttempts(status('502'))], minimum_should_match: 1 } } },
    });
  });

  it('are read element by element', () => {
    const fields = { 'url.path': ['/'], 'rota.attempts': [{ n: [1], status_code: [502] }, { n: [2] }] };
    expect(valuesOf(fields, 'rota.attempts.n')).toEqual([1, 2]);
    expect(valuesOf(fields, 'rota.attempts.status_code')).toEqual([502]);
    expect(valuesOf(fields, 'url.path')).toEqual(['/']);
    expect(valuesOf(undefined, 'rota.attempts.n')).toEqual([]);
  });
});
