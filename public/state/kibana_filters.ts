import { BOUNDS, type Filter, type FilterValue, filterSchema } from '../../common/api';
import type { KibanaFilter } from '../kibana/contract';
import type { Pill } from './pills';

type Query = Record<string, unknown>;

/** A pill as Kibana's filter bar draws it, edits it and keeps it. `index`: the id of the bar's data view. */
export function toKibanaFilter(pill: Pill, index?: string): KibanaFilter {
  return {
    meta: {
      ...metaOf(pill),
      negate: isOpposite(pill),
      disabled: pill.disabled ?? false,
      alias: pill.label ?? null,
      ...(index === undefined ? {} : { index }),
    },
    query: queryOf(pill),
    $state: { store: pill.pinned ? 'globalState' : 'appState' },
  };
}

const isOpposite = ({ op }: Filter) => /(^|_)not(_|$)/.test(op);

function metaOf(filter: Filter): KibanaFilter['meta'] {
  switch (filter.op) {
    case 'exists':
    case 'not_exists':
      return { key: filter.field, type: 'exists' };
    case 'is':
    case 'is_not':
      return { key: filter.field, type: 'phrase', params: { query: filter.value } };
    case 'is_one_of':
    case 'is_not_one_of':
      return { key: filter.field, type: 'phrases', params: filter.values };
    case 'between':
    case 'not_between':
      return { key: filter.field, type: 'range', params: filter.bounds };
    case 'query':
    case 'not_query':
      return { key: 'query', type: 'custom' };
  }
}

/** What the filter asks, not its opposite, as Kibana writes it. */
function queryOf(filter: Filter): Query {
  switch (filter.op) {
    case 'exists':
    case 'not_exists':
      return { exists: { field: filter.field } };
    case 'is':
    case 'is_not':
      return { match_phrase: { [filter.field]: filter.value } };
    case 'is_one_of':
    case 'is_not_one_of': {
      const should = filter.values.map((value) => ({ match_phrase: { [filter.field]: value } }));
      return { bool: { should, minimum_should_match: 1 } };
    }
    case 'between':
    case 'not_between':
      return { range: { [filter.field]: filter.bounds } };
    case 'query':
    case 'not_query':
      return filter.query;
  }
}

/** What one of Kibana's filters asks, with all its states; a sentence when the routes could not take it. */
export function fromKibanaFilter(kibana: KibanaFilter): Pill | string {
  const { meta, $state } = kibana;
  const read = filterSchema.safeParse(filterOf(kibana));
  if (!read.success) {
    const [issue] = read.error.issues
      .flatMap((one) => (one.code === 'invalid_union' ? one.unionErrors.flatMap((error) => error.issues) : [one]))
      .filter(({ path }) => path[0] !== 'op');
    return `${nameOf(kibana)} is not taken: it ${issue?.message ?? 'is of a kind that Rota does not know'}.`;
  }
  return {
    ...read.data,
    ...(meta.disabled ? { disabled: true } : {}),
    ...($state?.store === 'globalState' ? { pinned: true } : {}),
    ...(meta.alias ? { label: meta.alias.slice(0, 256) } : {}),
  };
}

function nameOf({ meta }: KibanaFilter): string {
  return `The filter ${meta.alias ?? meta.key ?? 'of a query'}`;
}

function filterOf(kibana: KibanaFilter): unknown {
  const { meta, query } = kibana;
  const { key: field, negate, params } = meta;
  switch (meta.type) {
    case 'exists':
      return { field, op: negate ? 'not_exists' : 'exists' };
    case 'phrase':
      return { field, op: negate ? 'is_not' : 'is', value: phraseOf(kibana) };
    case 'phrases':
      return { field, op: negate ? 'is_not_one_of' : 'is_one_of', values: params };
    case 'range':
      return { field, op: negate ? 'not_between' : 'between', bounds: boundsOf(params ?? query, field) };
    case 'combined':
      return { op: negate ? 'not_query' : 'query', query: combined(kibana) };
    default:
      return { op: negate ? 'not_query' : 'query', query };
  }
}

function phraseOf({ meta: { key = '', params }, query }: KibanaFilter): unknown {
  const asked = (query?.['match_phrase'] as Query | undefined)?.[key];
  const value = (params as { query?: FilterValue } | undefined)?.query ?? asked;
  return typeof value === 'object' && value !== null ? (value as Query)['query'] : value;
}

/** Kibana keeps bounds in the parameters; in a saved query they stand in the query alone. */
function boundsOf(source: unknown, field = ''): Query {
  const range = (source as { range?: Record<string, Query> } | undefined)?.range?.[field];
  const found = range ?? (source as Query | undefined) ?? {};
  return Object.fromEntries(BOUNDS.filter((bound) => found[bound] != null).map((bound) => [bound, found[bound]]));
}

/** Filters that Kibana joined by AND and OR, as one query: Rota keeps what it asks, and its name. */
function combined({ meta, query }: KibanaFilter): Query | undefined {
  if (meta.type !== 'combined') return query;
  const parts = (Array.isArray(meta.params) ? (meta.params as KibanaFilter[]) : [])
    .filter((part) => !part.meta.disabled)
    .map((part) => {
      const asked = combined(part) ?? {};
      return part.meta.negate ? { bool: { must_not: [asked] } } : asked;
    });
  return { bool: meta.relation === 'OR' ? { should: parts, minimum_should_match: 1 } : { filter: parts } };
}
