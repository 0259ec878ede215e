import { isUtf8 } from 'node:buffer';

/**
 * Undoes nginx's default log escaping (`\xHH` for quotes, backslashes, control characters and bytes from 0x7F on):
 * quotes, backslashes and what makes UTF-8 become the characters they were. Control characters stay escaped, and a text
 * whose bytes are not UTF-8 (a TLS hello sent to a plain port) stays as it was logged.
 */
export function unescapeNginx(text: string): string {
  if (!text.includes('\\x')) return text;
  const bytes = Buffer.from(text.replace(/\\x([2-9A-Fa-f][0-9A-Fa-f])/g, decodeOne), 'latin1');
  if (text.includes('\\x7F')) return text;
  return isUtf8(bytes) && onlyLatin1(text) ? bytes.toString('utf8') : text;
}

function decodeOne(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

function onlyLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
