import { describe, expect, it } from 'vitest';
import type { Filter } from '../../common/api';
import { fromKibanaFilter, toKibanaFilter } from './kibana_filters';

describe('filters of Kibana’s bar', () => {
  it('come back as they were', () => {
    const filters: Filter[] = [
      { field: 'url.path', op: 'is', value: '/cart' },
      { field: 'http.response.status_code', op: 'is_not', value: 200 },
      { field: 'trace.id', op: 'exists' },
      { field: 'trace.id', op: 'not_exists' },
    ];
    expect(filters.map((filter) => fromKibanaFilter(toKibanaFilter(filter)))).toEqual(filters);
  });

  it('are refused when the routes could not take them, rather than half understood', () => {
    expect(fromKibanaFilter({ meta: { key: 'a', type: 'phrases', params: ['x', 'y'] } })).toBeNull();
    expect(fromKibanaFilter({ meta: { type: 'custom' } })).toBeNull();
    expect(fromKibanaFilter({ meta: { key: 'a', type: 'exists', disabled: true } })).toBeNull();
  });
});
