import type { Scope } from '../../common/api';
import { DATASETS, FIELDS } from '../../common/ecs';
import type { NamedSearch } from '../search/msearch';
import { searchOf } from './search';

/** The newest request ever, whatever the filters say, and how many the range holds: for the empty page. */
export function lastRequestSearch({ from, to }: Pick<Scope, 'from' | 'to'>, namespace: string): NamedSearch {
  const newest = { max: { field: FIELDS.timestamp } };
  const datasets = [DATASETS.nginxAccess, DATASETS.haproxy, DATASETS.access, DATASETS.gunicornAccess];
  return searchOf(datasets, namespace, {
    size: 0,
    track_total_hits: false,
    aggs: {
      newest,
      in_range: { filter: { range: { [FIELDS.timestamp]: { gte: from, lt: to } } }, aggs: { newest } },
      ingested: { max: { field: FIELDS.ingested } },
    },
  });
}
