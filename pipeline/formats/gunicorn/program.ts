import type { Program } from '../program';
import { splitGunicornAccess } from './access';
import { readGunicornFormat } from './access_log_format';
import { BEGINS, splitGunicornError } from './error';

export const gunicorn: Program = {
  name: 'gunicorn',
  title: 'gunicorn',
  tier: 'webapp',
  names: /gunicorn|uvicorn/i,
  rank: 10,
  formats: [
    {
      name: 'access',
      what: "the default access line, with a quoted X-Forwarded-For behind, Rota's own",
      dataset: 'gunicorn.access',
      read: (whole, { by }) => {
        // Without a name or a file that says so, `combined` is a frontend's.
        if (by === 'form') return undefined;
        const { text, pid } = withoutPid(whole);
        const parts = splitGunicornAccess(text);
        return parts && { form: 'combined', parts, ...(pid === undefined ? {} : { pid }) };
      },
    },
    {
      name: 'error',
      what: 'error log, tracebacks',
      dataset: 'gunicorn.error',
      own: true,
      begins: BEGINS,
      read: (text) => {
        const parts = splitGunicornError(text);
        return parts && { form: 'python_error', parts };
      },
    },
  ],
  declares: {
    example: `'%(h)s %(t)s "%(r)s" %(s)s %(D)s "%({x-request-id}i)s"'`,
    read: (text) => ({
      pieces: readGunicornFormat(text),
      escaping: { undo: (value) => value.replaceAll('\\"', '"') },
    }),
  },
};

/** gunicorn's `--log-syslog` writes `[pid] ` before each text. */
export function withoutPid(text: string): { text: string; pid: number | undefined } {
  const [head, pid] = /^\[(\d{1,10})\] (?!\[)/.exec(text) ?? [];
  return head === undefined ? { text, pid: undefined } : { text: text.slice(head.length), pid: Number(pid) };
}
