import type { Program } from '../program';

/** Flask's own handler, whose time is local: `[2026-11-30 11:20:52,481] ERROR in views: …`. */
const ERROR = /^\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d[,.]\d{3})\] ([A-Z]+) in ([\w.-]+): ?/;

/** Colours of a terminal, which werkzeug writes into files as well. */
const COLOURS = String.raw`(?:\x1b\[[\d;]*m)*`;
/**
 * werkzeug's server: `192.0.2.7 - - [30/Nov/2026 11:20:52] "GET / HTTP/1.1" 200 -`, local. It does not escape quotes: the status stands at
 * the end, whatever a target holds.
 */
const ACCESS = new RegExp(
  String.raw`^(?:INFO:werkzeug:)?(\S+) - - \[(\d\d\/\w{3}\/\d{4}) (\d\d:\d\d:\d\d)\] "${COLOURS}(.*?)${COLOURS}" (\d{3}|-) (?:\d+|-)\s*$`,
  's',
);

export const flask: Program = {
  name: 'flask',
  title: 'Flask',
  tier: 'webapp',
  names: /flask|werkzeug|gunicorn/i,
  formats: [
    {
      name: 'access',
      what: "werkzeug's access line",
      dataset: 'gunicorn.access',
      alsoIn: ['gunicorn.error'],
      own: true,
      begins: /^(?:INFO:werkzeug:)?\S+ - - \[\d\d\/\w{3}\/\d{4} \d\d:\d\d:\d\d\] "/,
      read: (text) => {
        const found = ACCESS.exec(text);
        if (!found) return undefined;
        const [, client = '', day, clock, request = '', status = ''] = found;
        const values = { client, time_haproxy: `${day}:${clock}`, request, status };
        return { form: 'values', found: { values, named: {}, logsAgent: false } };
      },
    },
    {
      name: 'error',
      what: 'its logger, `[…,481] ERROR in module: …`, with tracebacks',
      dataset: 'gunicorn.error',
      own: true,
      begins: ERROR,
      read: (text) => {
        const found = ERROR.exec(text);
        if (!found) return undefined;
        const [head, date, time, level, logger] = found;
        return { form: 'python_error', parts: { date, time, level, logger, message: text.slice(head.length) } };
      },
    },
  ],
};
