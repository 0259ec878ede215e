import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, csvRow } from './csv';

/** A reader of RFC 4180, written apart from the writer. */
function parse(text: string): string[] {
  const cells: string[] = [];
  let at = 0;
  while (at < text.length - 2) {
    if (text[at] === '"') {
      let cell = '';
      for (at++; !(text[at] === '"' && text[at + 1] !== '"'); at++) {
        if (text[at] === '"') at++;
        cell += text[at];
      }
      cells.push(cell);
      at += 2;
    } else {
      const end = text.slice(at).search(/,|\r\n$/) + at;
      cells.push(text.slice(at, end));
      at = end + 1;
    }
  }
  return cells;
}

describe('CSV', () => {
  it.each(['=1+1', '+1', '-1', '@x', '\tx'])('takes the sting out of %j', (value) => {
    expect(csvCell(value)).toBe(`"'${value}"`);
  });

  it('leaves numbers alone, also negative ones', () => {
    expect(csvRow([-1.5, 200, null, true])).toBe('-1.5,200,,true\r\n');
  });

  it('can be read back', () => {
    const cell = fc.string().filter((value) => value !== '' && !/^[=+\-@\t\r]/.test(value));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
        expect(parse(csvRow(cells))).toEqual(cells);
      }),
    );
  });
});
