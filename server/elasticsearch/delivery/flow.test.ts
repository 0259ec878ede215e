import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { held } from './flow';

const rows = fc.array(fc.option(fc.nat(50), { nil: null }), { maxLength: 40 });

describe('held', () => {
  it('keeps every value that was told, and fills short silences with the one before', () => {
    expect(held([1, null, 2, null, null, null, 3], 2)).toEqual([1, 1, 2, null, null, null, 3]);
    fc.assert(
      fc.property(rows, fc.nat(5), (row, most) => {
        const filled = held(row, most);
        expect(filled).toHaveLength(row.length);
        row.forEach((value, i) => {
          if (value !== null) expect(filled[i]).toBe(value);
        });
      }),
    );
  });

  it('invents nothing before the first value and after the last', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const known = row.flatMap((value, i) => (value === null ? [] : [i]));
        const outside = held(row, 100).filter((_, i) => i < (known[0] ?? row.length) || i > (known.at(-1) ?? -1));
        expect(outside.every((value) => value === null)).toBe(true);
      }),
    );
  });
});
