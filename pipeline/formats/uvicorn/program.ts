import { withoutPid } from '../gunicorn/program';
import type { Program } from '../program';
import { splitUvicornAccess } from './access';

/** Its default formatter fills level and colon up to ten characters. */
const LEVEL = /^(?:(DEBUG|ERROR|TRACE): {4}|(INFO): {5}|(WARNING): {2}|(CRITICAL): )(?! )/;

export const uvicorn: Program = {
  name: 'uvicorn',
  title: 'uvicorn',
  tier: 'webapp',
  names: /uvicorn|gunicorn/i,
  // Narrower than gunicorn's, under which it may run.
  rank: 5,
  formats: [
    {
      name: 'access',
      what: "the access line, with its level or without, in gunicorn's error log, too",
      dataset: 'gunicorn.access',
      alsoIn: ['gunicorn.error'],
      own: true,
      read: (whole, { by }) => {
        const { text, pid } = by === 'form' ? { text: whole, pid: undefined } : withoutPid(whole);
        const found = splitUvicornAccess(text);
        if (found && pid !== undefined) found.values.pid ??= String(pid);
        return found && { form: 'values', found };
      },
    },
    {
      name: 'error',
      what: 'the error log, whose lines begin with a level; their time is that of reading',
      dataset: 'gunicorn.error',
      own: true,
      begins: LEVEL,
      read: (text, { by }) => {
        const found = by === 'form' ? null : LEVEL.exec(text);
        if (!found) return undefined;
        const level = found.slice(1).find((word) => word !== undefined);
        return { form: 'python_error', parts: { level, message: text.slice(found[0].length) } };
      },
    },
  ],
};
