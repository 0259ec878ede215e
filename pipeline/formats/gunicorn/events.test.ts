import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pythonEvents } from './events';

const begins = (line: string) => /^INFO: {5}/.test(line);
const T = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    raise E()';

it.each<[string, string[]]>([
  ['one event', [`[2026-11-30 11:20:50 +0000] [7] [ERROR] x\n${T}\nE: one`]],
  ['a message of several lines', [`[…] x\n${T}\nE: one\nand more\nand more`]],
  [
    'a chained cause',
    [`[…] x\n${T}\nE: one\n\nDuring handling of the above exception, another exception occurred:\n\n${T}\nF: two`],
  ],
  ['a line without a date and its traceback', [`[…] x\n${T}\nE: one`, `job failed\n${T}\nF: two`]],
  ['a traceback that nothing stands before', [`[…] x\n${T}\nE: one`, `${T}\nF: two`]],
  ['three', [`${T}\nE: one`, `a\n${T}\nF: two`, `b\n${T}\nG`]],
  ['no traceback', ['a\nb\nc']],
  ['lines that begin events', ['INFO:     a', `ERROR\n${T}\nE: one`.replace('ERROR', 'INFO:     b'), 'INFO:     c\nd']],
])('%s', (_, events) => expect(pythonEvents(events.join('\n'), begins)).toEqual(events));

it('loses nothing, and adds nothing', () => {
  const line = fc.constantFrom(
    '',
    'a',
    '  b',
    'Traceback (most recent call last):',
    'E: x',
    'During handling of the above exception, another exception occurred:',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const text = lines.join('\n');
      expect(pythonEvents(text, begins).join('\n')).toBe(text);
    }),
  );
});
