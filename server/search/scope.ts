import type { Filter, FilterValue, Scope } from '../../common/api';
import { FIELDS } from '../../common/ecs';
import type { Dsl } from '../host';
import { existsQuery, inNested, reachNested } from './nested';

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

function pillToQuery(filter: Filter): Dsl {
  switch (filter.op) {
    case 'exists':
      return existsQuery(filter.field);
    case 'not_exists':
      return not(existsQuery(filter.field));
    case 'is':
      return phrase(filter.field, filter.value);
    case 'is_not':
      return not(phrase(filter.field, filter.value));
    case 'is_one_of':
      return anyOf(filter.values.map((value) => phrase(filter.field, value)));
    case 'is_not_one_of':
      return not(anyOf(filter.values.map((value) => phrase(filter.field, value))));
    case 'between':
      return inNested(filter.field, { range: { [filter.field]: filter.bounds } });
    case 'not_between':
      return not(inNested(filter.field, { range: { [filter.field]: filter.bounds } }));
    case 'query':
      return reachNested(filter.query);
    case 'not_query':
      return not(reachNested(filter.query));
  }
}

function phrase(field: string, value: FilterValue): Dsl {
  return inNested(field, { match_phrase: { [field]: value } });
}

export function not(clause: Dsl): Dsl {
  return { bool: { must_not: [clause] } };
}

export function anyOf(clauses: Dsl[]): Dsl {
  return clauses.length === 1 ? clauses[0]! : { bool: { should: clauses, minimum_should_match: 1 } };
}
