import type { Asked, Program } from '../program';

/** `logging.basicConfig()`: `ERROR:shop.views:…`. */
const BASIC = /^(DEBUG|INFO|WARNING|ERROR|CRITICAL):([A-Za-z_][\w.]*):/;

export const python: Program = {
  name: 'python',
  title: 'Python',
  tier: 'webapp',
  names: /gunicorn|uvicorn|flask|werkzeug|django|python/i,
  // Whatever else an application writes: asked last.
  rank: 90,
  formats: [
    {
      name: 'error',
      what: '`logging.basicConfig`’s lines, lines without a date, tracebacks',
      dataset: 'gunicorn.error',
      begins: BASIC,
      read: (text, asked) => {
        const basic = asked.by === 'form' ? null : BASIC.exec(text);
        if (basic) {
          const [head, level, logger] = basic;
          return { form: 'python_error', parts: { level, logger, message: text.slice(head.length) } };
        }
        if (!isErrorLog(asked)) return undefined;
        // gunicorn's --log-syslog writes the process before it.
        const [head = '', pid] = /^\[(\d+)\] /.exec(text) ?? [];
        return { form: 'python_error', parts: { pid, message: text.slice(head.length) } };
      },
    },
  ],
};

/** Where other words may stand; in the others they are syslog's. */
function isErrorLog({ by, app, dataset }: Asked): boolean {
  return by === 'file' ? dataset === 'gunicorn.error' : /^gunicorn\..*error$/i.test(app);
}
