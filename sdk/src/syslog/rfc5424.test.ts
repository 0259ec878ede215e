import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACILITIES, HeaderEncoder, headerField, sdValue, sequenceId } from './rfc5424.js';

/** RFC 5424 section 6, written down once more from its ABNF. */
const STAMP = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?:Z|[+-]\\d\\d:\\d\\d)';
const NAME = '[\\x21\\x23-\\x3c\\x3e-\\x5c\\x5e-\\x7e]{1,32}';
const PARAM = `${NAME}="(?:[^"\\\\\\]]|\\\\["\\\\\\]])*"`;
const MESSAGE = new RegExp(
  `^<(\\d{1,3})>1 (${STAMP}) ([\\x21-\\x7e]{1,255}) ([\\x21-\\x7e]{1,48}) ([\\x21-\\x7e]{1,128}) ([\\x21-\\x7e]{1,32}) ((?:\\[${NAME}(?: ${PARAM})*\\])+) (.*)$`,
  's',
);

const anyText = fc.string({ unit: 'binary', maxLength: 300 });

describe('HeaderEncoder', () => {
  it('follows the grammar of RFC 5424 whatever names it is given', () => {
    fc.assert(
      fc.property(
        anyText,
        anyText,
        anyText,
        anyText,
        fc.nat(7),
        fc.integer({ min: 1 }),
        (host, app, pid, id, severity, sequence) => {
          const header = new HeaderEncoder({
            facility: 'local3',
            hostname: host,
            appName: app,
            procId: pid,
            software: app,
            version: host,
          });
          const text = `${header.head(severity, '2026-11-23T10:22:00.123+01:00', headerField('msgId', id))}${header.structuredData(sequence)}body`;
          const match = MESSAGE.exec(text);
          expect(match).not.toBeNull();
          expect(Number(match?.[1])).toBe(19 * 8 + severity);
          expect(match?.[7]).toContain(`[meta sequenceId="${sequence}"]`);
          expect(match?.[8]).toBe('body');
        },
      ),
    );
  });

  it('says "-" where a name is missing', () => {
    const header = new HeaderEncoder({
      facility: 'user',
      hostname: '',
      appName: '',
      procId: '',
      software: 's',
      version: '1',
    });
    expect(header.head(6, 'T', headerField('msgId', undefined))).toBe('<14>1 T - - - - ');
  });
});

describe('structured data', () => {
  it('gives back any value after the escapes are undone, but for control characters and lone surrogates', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const escaped = sdValue(value);
        expect(escaped.replace(/\\(["\\\]])/g, '$1')).toBe(value.replace(/[\p{Cc}]/gu, ' '));
        expect(/(^|[^\\])(\\\\)*["\]]/.test(escaped)).toBe(false);
      }),
    );
  });
});

describe('sequenceId', () => {
  it('starts at 1 again after 2147483647', () => {
    expect([1, 2147483647, 2147483648, 4294967295].map(sequenceId)).toEqual([1, 2147483647, 1, 1]);
  });
});

describe('facilities', () => {
  it('are the 24 in their order', () => {
    expect([FACILITIES.length, FACILITIES.indexOf('local0'), FACILITIES.indexOf('cron')]).toEqual([24, 16, 9]);
  });
});
