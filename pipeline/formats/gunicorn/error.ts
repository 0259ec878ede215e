import type { Parts } from '../parts';

const OWN = /^\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4})\] \[(\d+)\] \[([A-Z]+)\] ?/;
/** Flask's own handler, whose time is local: `[2026-11-30 11:20:52,481] ERROR in views: …`. */
const FLASK = /^\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d[,.]\d{3})\] ([A-Z]+) in ([\w.-]+): ?/;

/** An event of gunicorn's error log, or of Flask's logger in it; a traceback's lines follow the first, in the same message. */
export function splitGunicornError(text: string): Parts | undefined {
  const own = OWN.exec(text);
  if (own) {
    const [head, date, time, zone, pid, level] = own;
    return { date, time, zone, pid, level, message: text.slice(head.length) };
  }
  const flask = FLASK.exec(text);
  if (!flask) return undefined;
  const [head, date, time, level, logger] = flask;
  return { date, time, level, logger, message: text.slice(head.length) };
}

/** Whatever else an application writes there: `[pid] ` stands before it in gunicorn's own syslog. */
export function splitUndated(text: string): Parts {
  const [head = '', pid] = /^\[(\d+)\] /.exec(text) ?? [];
  return { pid, message: text.slice(head.length) };
}
