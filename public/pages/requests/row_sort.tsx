import { EuiIcon } from '@elastic/eui';
import React from 'react';
import { type RequestsRequest, SORT_FIELDS } from '../../../common/api';
import { usePageParam } from '../../hooks/use_scope';

export type RowSort = RequestsRequest['sort'];

export const NEWEST_FIRST: RowSort = { field: '@timestamp', order: 'desc' };

/** `event.duration:desc`; newest first for anything else. */
export function readSort(text: string | null): RowSort {
  const [name, order] = text?.split(':') ?? [];
  const field = SORT_FIELDS.find((one) => one === name);
  return field && (order === 'asc' || order === 'desc') ? { field, order } : NEWEST_FIRST;
}

export function isNewestFirst({ field, order }: RowSort): boolean {
  return field === NEWEST_FIRST.field && order === NEWEST_FIRST.order;
}

/** The order of the list, which is in the address: by a column, the largest first, then the smallest. */
export function useRowSort(): [RowSort, (sort: RowSort) => void] {
  const [param, setParam] = usePageParam('sort');
  const [, setLive] = usePageParam('live');
  return [
    readSort(param),
    (sort) => {
      setParam(isNewestFirst(sort) ? null : `${sort.field}:${sort.order}`);
      // What comes is put on top of the newest: a live tail has no other order.
      if (!isNewestFirst(sort)) setLive(null);
    },
  ];
}

interface SortHeadProps {
  field: RowSort['field'];
  sort: RowSort;
  onSort(sort: RowSort): void;
  children: string;
}

/** A column's head that sorts by it: Elasticsearch does, over all that match. */
export function SortHead({ field, sort, onSort, children }: SortHeadProps) {
  const isOn = sort.field === field;
  const next: RowSort = { field, order: isOn && sort.order === 'desc' ? 'asc' : 'desc' };
  return (
    <th scope="col" aria-sort={isOn ? (sort.order === 'asc' ? 'ascending' : 'descending') : 'none'}>
      <button type="button" className="rotaSortHead" onClick={() => onSort(next)}>
        {children}
        {isOn && <EuiIcon type={sort.order === 'asc' ? 'sortUp' : 'sortDown'} size="s" />}
      </button>
    </th>
  );
}
