import type { Program } from '../program';

const HEAD = String.raw`^\[(\d\d\/\w{3}\/\d{4}) (\d\d:\d\d:\d\d)\] `;
/** runserver's `django.server`: `[30/Nov/2026 11:20:52] "GET / HTTP/1.1" 200 1234`, local, without the client; a quote is not escaped. */
const ACCESS = new RegExp(String.raw`${HEAD}"(.*)" (\d{3}) (\d+|-)\s*$`, 's');
/** `code 400, message Bad request version …`, `- Broken pipe from (…)`. */
const SERVER = new RegExp(`${HEAD}(code \\d{3}, message .*|- Broken pipe from .*)$`, 's');
/** The `verbose` formatter of Django's documentation, local: level, time, module, process, thread. */
const VERBOSE =
  /^(DEBUG|INFO|WARNING|ERROR|CRITICAL) (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d[,.]\d{3}) ([\w.]+) (\d+) (\d+) /;

/** `django.request` without a formatter: 5XX are errors, 4XX warnings. */
const REQUEST =
  /^(Internal Server Error|Service Unavailable|Not Found|Bad Request|Forbidden|Unauthorized|Method Not Allowed|Gone)(?: \([^\n]*\))?: \//;
const FAILURES: ReadonlySet<string> = new Set(['Internal Server Error', 'Service Unavailable']);

export const django: Program = {
  name: 'django',
  title: 'Django',
  tier: 'webapp',
  names: /django|gunicorn|uvicorn/i,
  formats: [
    {
      name: 'access',
      what: "runserver's line (`django.server`)",
      dataset: 'gunicorn.access',
      alsoIn: ['gunicorn.error'],
      own: true,
      begins: new RegExp(`${HEAD}["c-]`),
      read: (text) => {
        const found = ACCESS.exec(text);
        if (!found) return undefined;
        const [, day, clock, request = '', status = '', bytes = ''] = found;
        const values = { time_haproxy: `${day}:${clock}`, request, status, body_bytes: bytes };
        return { form: 'values', found: { values, named: {}, logsAgent: false } };
      },
    },
    {
      name: 'error',
      what: 'its loggers in the `verbose` form of its documentation, runserver’s other words, tracebacks',
      dataset: 'gunicorn.error',
      own: true,
      begins: new RegExp(`${VERBOSE.source}|${REQUEST.source}`),
      read: (text, { by }) => {
        const verbose = VERBOSE.exec(text);
        if (verbose) {
          const [head, level, date, time, logger, pid] = verbose;
          return { form: 'python_error', parts: { date, time, level, logger, pid, message: text.slice(head.length) } };
        }
        const [, words] = (by === 'form' ? null : REQUEST.exec(text)) ?? [];
        if (words !== undefined) {
          const level = FAILURES.has(words) ? 'ERROR' : 'WARNING';
          return { form: 'python_error', parts: { level, logger: 'django.request', message: text } };
        }
        const server = SERVER.exec(text);
        if (!server) return undefined;
        const [, day, clock, message] = server;
        return {
          form: 'event',
          found: { values: { time_haproxy: `${day}:${clock}`, message: message ?? '' }, named: {}, logsAgent: false },
        };
      },
    },
  ],
};
