import type { Parts } from '../parts';

export const BEGINS = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] \[\d+\] \[[A-Z]+\]/;
const OWN = /^\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4})\] \[(\d+)\] \[([A-Z]+)\] ?/;

/** An event of gunicorn's error log; a traceback's lines follow the first, in the same message. */
export function splitGunicornError(text: string): Parts | undefined {
  const found = OWN.exec(text);
  if (!found) return undefined;
  const [head, date, time, zone, pid, level] = found;
  return { date, time, zone, pid, level, message: text.slice(head.length) };
}
