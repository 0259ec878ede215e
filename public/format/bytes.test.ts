import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asHex, asText, fromBase64 } from './bytes';

const bytes = (text: string) => new TextEncoder().encode(text);

test('control characters, escapes of terminals and direction marks are written out', () => {
  expect(asText(bytes('a\u001b[31mb\r\n\u202egpj.exe\u0000'))).toBe('a\\x1b[31mb\\r\\n\\u202egpj.exe\\x00');
});

test('letters of any language stay as they are', () => {
  expect(asText(bytes('Zürich 東京 😀'))).toBe('Zürich 東京 😀');
});

test('bytes that are no UTF-8 are written out, the rest stays readable', () => {
  expect(asText(Uint8Array.from([0x47, 0x45, 0x54, 0x16, 0x03, 0xff]))).toBe('GET\\x16\\x03\\xff');
});

test('whatever the bytes, the text holds nothing invisible', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
      expect(asText(raw)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('the hex dump tells every byte in order', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (raw) => {
      const read = asHex(raw)
        .split('\n')
        .filter(Boolean)
        .flatMap((row) =>
          row
            .slice(8, 8 + 47)
            .trim()
            .split(' '),
        )
        .map((byte) => Number.parseInt(byte, 16));
      expect(read).toEqual([...raw]);
    }),
  );
});

test('base64 gives the bytes back', () => {
  expect([...fromBase64('R0VUFv8=')]).toEqual([0x47, 0x45, 0x54, 0x16, 0xff]);
});
