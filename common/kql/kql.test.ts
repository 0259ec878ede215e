import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KqlLimitError, KqlSyntaxError, kqlToQuery, parseKql } from '.';
import { malformedKql } from './malformed_kql';

const match = (field: string, value: string) => ({ match: { [field]: value } });

describe('KQL', () => {
  it.each<[string, object]>([
    ['', { match_all: {} }],
    ['*', { query_string: { query: '*' } }],
    ['*:*', { match_all: {} }],
    ['a:1', match('a', '1')],
    ['a : 1', match('a', '1')],
    ['a:"b c"', { match_phrase: { a: 'b c' } }],
    ['a:b c', match('a', 'b c')],
    ['a:*', { exists: { field: 'a' } }],
    ['not a:1', { bool: { must_not: [match('a', '1')] } }],
    ['NOT a:1', { bool: { must_not: [match('a', '1')] } }],
    ['a:1 and b:2', { bool: { filter: [match('a', '1'), match('b', '2')] } }],
    ['http.response.status_code >= 500', { range: { 'http.response.status_code': { gte: '500' } } }],
    ['a:true', { match: { a: true } }],
    ['a:"true"', { match_phrase: { a: 'true' } }],
    ['a > null', { range: { a: { gt: null } } }],
    ['null : timeout', { multi_match: { type: 'best_fields', query: 'timeout', lenient: true } }],
    ['a > b*', { range: { a: { gt: 'b*' } } }],
    ['a.*:*', { exists: { field: 'a.*' } }],
    ['a: \\t1 ', match('a', '1')],
    ['a<3', { range: { a: { lt: '3' } } }],
    ['a:(1 or 2)', { bool: { should: [match('a', '1'), match('a', '2')], minimum_should_match: 1 } }],
    ['a:(not 1)', { bool: { must_not: [match('a', '1')] } }],
    ['a:b*c', { query_string: { fields: ['a'], query: 'b*c' } }],
    ['url.path:/cart/*', { query_string: { fields: ['url.path'], query: '\\/cart\\/*' } }],
    ['a:b***c', { query_string: { fields: ['a'], query: 'b*c' } }],
    ['a:b\\*c', match('a', 'b*c')],
    ['a:orange', match('a', 'orange')],
    ['a:nothing', match('a', 'nothing')],
    ['a:\\and', match('a', 'and')],
    ['timeout', { multi_match: { type: 'best_fields', query: 'timeout', lenient: true } }],
    ['"read timeout"', { multi_match: { type: 'phrase', query: 'read timeout', lenient: true } }],
    [
      'rota.attempts:{ status_code >= 500 and n:1 }',
      {
        nested: {
          path: 'rota.attempts',
          query: {
            bool: {
              filter: [{ range: { 'rota.attempts.status_code': { gte: '500' } } }, match('rota.attempts.n', '1')],
            },
          },
          score_mode: 'none',
          ignore_unmapped: true,
        },
      },
    ],
  ])('reads %s', (kql, query) => expect(kqlToQuery(kql)).toEqual(query));

  it('binds NOT before AND before OR', () => {
    expect(kqlToQuery('a:1 or not b:2 and c:3')).toEqual({
      bool: {
        should: [match('a', '1'), { bool: { filter: [{ bool: { must_not: [match('b', '2')] } }, match('c', '3')] } }],
        minimum_should_match: 1,
      },
    });
    expect(kqlToQuery('(a:1 or b:2) and c:3')).toEqual({
      bool: {
        filter: [{ bool: { should: [match('a', '1'), match('b', '2')], minimum_should_match: 1 } }, match('c', '3')],
      },
    });
  });

  it.each([
    'a:',
    ':1',
    'a:1 b:2',
    '(a:1',
    'a:"x',
    'a:1)',
    'a:{ b:1',
    '\\',
    'a:"1"and b:2',
    'not not a:1',
    'not(a:1)',
    'a.*:1',
    'x\\ y',
    'a:null',
    'null',
  ])('refuses %s and says where', (kql) => {
    expect(() => parseKql(kql)).toThrow(KqlSyntaxError);
    expect(() => parseKql(kql)).toThrow(/Expected .+ found .+/);
  });

  it('ends with a query or a KqlSyntaxError, whatever is typed', () => {
    fc.assert(
      fc.property(malformedKql, (kql) => {
        try {
          expect(typeof kqlToQuery(kql)).toBe('object');
        } catch (error) {
          expect(error).toHaveProperty('code', 'invalid_kql');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('gives a quoted text back as it was', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), (value) => {
        const quoted = `a:"${value.replace(/["\\]/g, '\\$&')}"`;
        expect(kqlToQuery(quoted)).toEqual({ match_phrase: { a: value } });
      }),
    );
  });

  it.each([
    ['20 brackets inside each other', `${'('.repeat(21)}a:1${')'.repeat(21)}`],
    ['20 brackets inside each other', `${'a:{'.repeat(21)}a:1${'}'.repeat(21)}`],
    ['20 brackets inside each other', `a:${'('.repeat(1990)}1${')'.repeat(1990)}`],
    ['20 levels of and, or and not', `${'a:1 and not (b:2 or '.repeat(10)}c:3${')'.repeat(10)}`],
    ['500 fields and values', Array.from({ length: 600 }, () => 'a').join(' or ')],
    ['100 wildcards', '*'.repeat(101)],
    ['100 wildcards', `a:${'*b'.repeat(101)}`],
    ['4,000 characters', 'a'.repeat(4001)],
  ])('refuses more than %s, in a sentence', (most, kql) => {
    expect(() => kqlToQuery(kql)).toThrow(KqlLimitError);
    expect(() => kqlToQuery(kql)).toThrow(new RegExp(`^The query is too large: it may hold at most ${most}\\.`));
  });

  it('takes what a person writes', () => {
    const ids = Array.from({ length: 100 }, (_, i) => `"${String(i).padStart(32, '0')}"`);
    expect(() => kqlToQuery(`http.request.id : (${ids.join(' or ')})`)).not.toThrow();
    expect(() => kqlToQuery(`${'('.repeat(20)}a:1${')'.repeat(20)}`)).not.toThrow();
    expect(() => kqlToQuery(`${'a:1 and not (b:2 or '.repeat(6)}c:3${')'.repeat(6)}`)).not.toThrow();
  });

  it('shows of a long text what stands around the fault', () => {
    expect(() => kqlToQuery(`${'a:1 or '.repeat(100)}b:`)).toThrow(/at position 703 of: ….{40}$/);
  });
});
