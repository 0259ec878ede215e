import type { Filter } from '../../common/api';
import type { KibanaFilter } from '../kibana/contract';

/** Our pills as Kibana's filter bar draws them. */
export function toKibanaFilter({ field, op, value }: Filter): KibanaFilter {
  const negate = op === 'is_not' || op === 'not_exists';
  const $state = { store: 'appState' };
  if (op === 'exists' || op === 'not_exists') {
    return {
      meta: { key: field, type: 'exists', negate, disabled: false, alias: null },
      query: { exists: { field } },
      $state,
    };
  }
  return {
    meta: { key: field, type: 'phrase', negate, disabled: false, alias: null, params: { query: value } },
    query: { match_phrase: { [field]: value } },
    $state,
  };
}

/** What of Kibana's filters the routes can take: enabled "is" and "exists", plain or negated. */
export function fromKibanaFilter({ meta }: KibanaFilter): Filter | null {
  if (meta.disabled || !meta.key) return null;
  if (meta.type === 'exists') return { field: meta.key, op: meta.negate ? 'not_exists' : 'exists' };
  const value = (meta.params as { query?: unknown } | undefined)?.query;
  if (meta.type !== 'phrase' || !['string', 'number', 'boolean'].includes(typeof value)) return null;
  return { field: meta.key, op: meta.negate ? 'is_not' : 'is', value: value as string | number | boolean };
}
