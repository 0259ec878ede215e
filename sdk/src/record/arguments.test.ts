import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withArguments } from './arguments.js';

const word = fc.stringMatching(/^[a-z]{3,8}$/);
const argument = fc.oneof(
  word,
  fc.integer({ min: 1000, max: 9_999_999 }),
  fc.dictionary(word, fc.integer(), { minKeys: 1, maxKeys: 3 }),
  fc.array(fc.integer({ min: 1000 }), { minLength: 1, maxLength: 3 }),
  word.map((message) => new Error(message)),
);
const token = fc.constantFrom('%s', '%d', '%j', '%i', '%o', '%%', '%', 'text', '100%x');

it('every argument is found again: in the text, in the fields or among the errors', () => {
  fc.assert(
    fc.property(fc.array(token, { maxLength: 5 }), fc.array(argument, { maxLength: 5 }), (parts, given) => {
      const before = JSON.stringify(given);
      const { message, fields = {}, errors } = withArguments(parts.join(' '), given);
      for (const one of given) {
        if (one instanceof Error) expect(errors.includes(one) || message.includes('{')).toBe(true);
        else if (typeof one !== 'object') expect(message).toContain(String(one));
        else if (Array.isArray(one)) expect(message).toContain(JSON.stringify(one));
        else if (!message.includes(JSON.stringify(one)))
          expect(Object.keys(fields)).toEqual(expect.arrayContaining(Object.keys(one)));
      }
      expect(JSON.stringify(given)).toBe(before);
    }),
    { numRuns: 1000 },
  );
});
