import { expect, it } from 'vitest';
import { kqlToQuery } from '../../common/kql';
import { partsOf } from './exclusions';
import { not } from './scope';

const a = { match: { a: '1' } };
const b = { match: { b: '2' } };

it.each([
  ['a : 1', [a], []],
  ['a : 1 and not b : 2', [a], [b]],
  ['not (a : 1 or b : 2)', [], [{ bool: { should: [a, b], minimum_should_match: 1 } }]],
  ['a : 1 or not b : 2', [{ bool: { should: [a, not(b)], minimum_should_match: 1 } }], []],
  ['not (not a : 1)', [], [not(a)]],
  ['a : 1 and (b : 2 and not a : 1)', [a, b], [a]],
])('what must be there and what must not is told apart: %s', (kql, wanted, excluded) => {
  expect(partsOf([kqlToQuery(kql)])).toEqual({ wanted, excluded });
  expect(partsOf([kqlToQuery(kql), not(b)])).toEqual({ wanted, excluded: [...excluded, b] });
});
