import type { Filter, Scope } from '../../common/api';
import { FIELDS } from '../../common/ecs';
import type { Dsl } from '../host';
import { existsQuery, inNested } from './nested';

export function timeFilter(from: string | number, to: string | number): Dsl {
  return { range: { [FIELDS.timestamp]: { gte: iso(from), lt: iso(to) } } };
}

function iso(t: string | number): string {
  return new Date(t).toISOString();
}

/** KQL and the pills of the filter bar. */
export function textFilters(scope: Scope, kql: Dsl): Dsl[] {
  const query = 'match_all' in kql ? [] : [kql];
  return [...query, ...scope.filters.map(pillToQuery)];
}

function pillToQuery({ field, op, value }: Filter): Dsl {
  if (op === 'exists') return existsQuery(field);
  if (op === 'not_exists') return not(existsQuery(field));
  const match = inNested(field, { match_phrase: { [field]: value ?? '' } });
  return op === 'is' ? match : not(match);
}

export function not(clause: Dsl): Dsl {
  return { bool: { must_not: [clause] } };
}

export function anyOf(clauses: Dsl[]): Dsl {
  return clauses.length === 1 ? clauses[0]! : { bool: { should: clauses, minimum_should_match: 1 } };
}
