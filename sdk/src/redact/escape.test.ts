import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeUnsafe } from './escape.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
const unsafe = /[\0-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

describe('escaping for terminals', () => {
  it.each([
    ['ANSI by its C1 form', '\u009b31mred'],
    ['DEL', 'a\u007fb'],
    ['a direction override', 'user\u202e\u2066gpj.exe'],
    ['a line separator', 'a\u2028b'],
    ['an invisible space and a byte order mark', 'a\u200b\ufeffb'],
    ['CR, LF, NUL and ESC', 'a\r\nb\0\u001b[2J'],
  ])('makes %s visible and keeps its meaning', (_what, text) => {
    const escaped = escapeUnsafe(JSON.stringify({ text }));
    expect(escaped).not.toMatch(unsafe);
    expect(JSON.parse(escaped)).toEqual({ text });
  });

  it('keeps the meaning of any JSON, and leaves nothing unsafe in it', () => {
    const hard = fc.string({
      unit: fc.oneof(
        fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
        fc.constantFrom('\u009b', '\u202e', '\\', '"'),
      ),
    });
    fc.assert(
      fc.property(fc.dictionary(hard, hard), (value) => {
        const escaped = escapeUnsafe(JSON.stringify(value));
        expect(escaped).not.toMatch(unsafe);
        expect(JSON.parse(escaped)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
  });

  it('gives plain text and ordinary Unicode back as they are', () => {
    for (const text of ['{"a":"b"}', '{"a":"grüße, 你好 🎉"}']) expect(escapeUnsafe(text)).toBe(text);
  });
});
