import fc from 'fast-check';
import { expect, test } from 'vitest';
import { middleCut } from './middle_cut';

test('a short text stays, a long one keeps its beginning and its end', () => {
  expect(middleCut('/cart', 10)).toBe('/cart');
  expect(middleCut('/api/very/long/path/to/item/77120', 15)).toBe('/api/ve…m/77120');
});

test('what is cut is never longer than asked, and begins and ends as the text does', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 0, maxLength: 80 }),
      fc.integer({ min: 5, max: 60 }),
      (text, most) => {
        const cut = [...middleCut(text, most)];
        expect(cut.length).toBeLessThanOrEqual(most);
        if (text !== '') {
          expect(cut[0]).toBe([...text][0]);
          expect(cut.at(-1)).toBe([...text].at(-1));
        }
      },
    ),
  );
});
