/** The bytes of a base64 text. */
export function fromBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

const NAMED: Record<number, string> = { 9: '\\t', 10: '\\n', 13: '\\r' };

/**
 * Bytes as text that can do no harm: what is no valid UTF-8, every control character and every character that turns the
 * direction of writing is written out (`\x1b`, `\u202e`), so that nothing hides in a log line.
 */
export function asText(bytes: Uint8Array): string {
  try {
    return [...new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)].map(visible).join('');
  } catch {
    return [...bytes].map((byte) => (byte < 0x80 ? visible(String.fromCharCode(byte)) : escapeByte(byte))).join('');
  }
}

function visible(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  const named = NAMED[code];
  if (named !== undefined) return named;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return escapeByte(code);
  if (isInvisible(code)) return `\\u${code.toString(16).padStart(4, '0')}`;
  return letter;
}

/** Zero-width, bidirectional and line separator characters (Unicode, general categories Cf, Zl and Zp). */
function isInvisible(code: number): boolean {
  return (
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0xfeff ||
    code === 0x061c
  );
}

const escapeByte = (byte: number) => `\\x${byte.toString(16).padStart(2, '0')}`;

const PER_ROW = 16;

/** Offset, sixteen bytes and their letters a row, as hex editors show them. */
export function asHex(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += PER_ROW) {
    const row = [...bytes.subarray(at, at + PER_ROW)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    rows.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(PER_ROW * 3 - 1)}  ${letters}`);
  }
  return rows.join('\n');
}
