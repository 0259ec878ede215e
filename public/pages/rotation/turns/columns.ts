import type { Turn } from '../../../../common/api';

/** Attempts of one request stand together: one column each, in the order in which requests were answered. */
export function columnsOf(marks: readonly Turn[]): Turn[][] {
  const columns: Turn[][] = [];
  const open = new Map<string, Turn[]>();
  for (const mark of marks) {
    const key = mark.request_id;
    const column = key !== null && mark.attempts > 1 ? open.get(key) : undefined;
    if (column) {
      column.push(mark);
      continue;
    }
    const started = [mark];
    columns.push(started);
    if (key !== null && mark.attempts > 1) open.set(key, started);
  }
  for (const column of columns) column.sort((a, b) => a.attempt - b.attempt);
  return columns;
}
