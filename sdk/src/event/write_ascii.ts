/** Not plain, or no room: take the long way. */
export const NOT_PLAIN = -1;

const QUOTE = 0x22;
const SPACE = 0x20;
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;
const TILDE = 0x7e;

/** ASCII, character by character: faster than any call into the engine for what is this short. */
export function writeAscii(bytes: Uint8Array, at: number, text: string): number {
  const { length } = text;
  for (let i = 0; i < length; i += 1) bytes[at + i] = text.charCodeAt(i);
  return at + length;
}

/** A text of ASCII in quotes, such as a stack trace: JSON.stringify takes three times as long once it finds a line feed. */
export function writeLines(bytes: Uint8Array, at: number, limit: number, text: string): number {
  const { length } = text;
  if (at + 2 * length + 2 > limit) return NOT_PLAIN;
  bytes[at] = QUOTE;
  let to = at + 1;
  for (let i = 0; i < length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === LINE_FEED || c === QUOTE || c === BACKSLASH) {
      bytes[to] = BACKSLASH;
      bytes[to + 1] = c === LINE_FEED ? LETTER_N : c;
      to += 2;
    } else if (c < SPACE || c > TILDE) return NOT_PLAIN;
    else {
      bytes[to] = c;
      to += 1;
    }
  }
  bytes[to] = QUOTE;
  return to + 1;
}

/** A number as JSON has it, at most 25 bytes. */
export function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  if (value >>> 0 !== value || Object.is(value, -0)) {
    return writeAscii(bytes, at, Number.isFinite(value) ? String(value) : 'null');
  }
  let end = at + 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end += 1;
  let to = end;
  let rest = value;
  do {
    const next = Math.floor(rest / 10);
    to -= 1;
    bytes[to] = 0x30 + rest - next * 10;
    rest = next;
  } while (rest > 0);
  return end;
}
