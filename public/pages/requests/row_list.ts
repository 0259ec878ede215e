import type { RequestRow } from '../../../common/api';

export const rowKey = ({ index, id }: Pick<RequestRow, 'index' | 'id'>): string => `${index} ${id}`;

/** Most rows that are kept in the page; the oldest go first when a live tail runs long. */
export const MOST_ROWS = 2000;

/** New rows above or older ones below, each row once, however often an answer repeats it. */
export function mergeRows(above: readonly RequestRow[], below: readonly RequestRow[]): RequestRow[] {
  const seen = new Set<string>();
  const merged: RequestRow[] = [];
  for (const row of [...above, ...below]) {
    const key = rowKey(row);
    if (seen.has(key)) continue;
    seen.add(key);
    merged.push(row);
  }
  return merged.slice(0, MOST_ROWS);
}
