import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseKql } from '.';
import { escapeKql, quoteKql } from './literal';

/** What KQL is made of, mixed with anything. */
const text = fc.string({
  minLength: 1,
  maxLength: 40,
  unit: fc.oneof(
    fc.constantFrom('"', '\\', '*', ' ', ':', '(', ')', '<', '>', '{', '}', 'or', ' and ', 'not', 'x'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
});

test('a quoted text is that text, whatever it holds', () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(parseKql(`host.name: ${quoteKql(value)}`)).toMatchObject({ value: { pieces: [value], quoted: true } });
    }),
    { numRuns: 2000 },
  );
});

test('an escaped text is that text, without a wildcard, a bracket or a keyword', () => {
  fc.assert(
    fc.property(
      text.map((value) => value.trim()).filter((value) => value !== ''),
      (value) => {
        const { value: read } = parseKql(`url.path: ${escapeKql(value)}`) as { value: { pieces: (string | null)[] } };
        expect(read.pieces.join('')).toBe(value);
        expect(read.pieces).not.toContain(null);
      },
    ),
  );
});
