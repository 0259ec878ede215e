import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvStyle, csvCell, csvHeader, csvRow } from './csv';

/** A reader of RFC 4180 with any separator, written apart from the writer. */
function parse(text: string, separator: string): string[] {
  const cells: string[] = [];
  const end = text.length - 2;
  for (let at = 0; at <= end; ) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; !(text[at] === '"' && text[at + 1] !== '"'); at++) {
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
    } else {
      while (at < end && !text.startsWith(separator, at)) cell += text[at++];
    }
    cells.push(cell);
    at += at < end ? separator.length : 1;
  }
  return cells;
}

const style: fc.Arbitrary<CsvStyle> = fc.record({
  separator: fc.constantFrom(',', ';', '\t', '|', ' ', '::'),
  quoteValues: fc.boolean(),
});
const SIGNS = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '−'];

describe('CSV', () => {
  it('takes the sting out of a formula, however it is spelled', () => {
    const hidden = fc.array(fc.constantFrom(' ', '\t', '\r', '\n', '\u00a0', '\u200b', '\ufeff', '\0', '\u3000'));
    fc.assert(
      fc.property(hidden, fc.constantFrom(...SIGNS), fc.string(), style, (before, sign, rest, how) => {
        const value = `${before.join('')}${sign}${rest}`;
        fc.pre(!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value));
        expect(parse(csvRow([value], how), how.separator)).toEqual([`'${value}`]);
      }),
    );
    expect(csvCell('\tx')).toBe(`"'\tx"`);
  });

  it('leaves numbers alone, also negative ones and those that are texts', () => {
    expect(csvRow([-1.5, 200, null, true, '-1', '-2.5e+3'])).toBe('-1.5,200,,true,-1,-2.5e+3\r\n');
  });

  it('names its columns by their fields, unguarded', () => {
    expect(csvHeader(['@timestamp', 'url.path'])).toBe('@timestamp,url.path\r\n');
    expect(csvHeader(['@timestamp', 'url.path'], { separator: ';', quoteValues: true })).toBe(
      '"@timestamp";url.path\r\n',
    );
  });

  it('can be read back, with any separator', () => {
    const cell = fc.string().filter((value) => !/^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠−]|^[\t\r\n]/u.test(value));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), style, (cells, how) => {
        expect(parse(csvRow(cells, how), how.separator)).toEqual(cells);
      }),
    );
  });
});
