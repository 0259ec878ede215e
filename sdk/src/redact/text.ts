import { type IsSensitive, REPLACEMENT } from './names.js';

/** `"name":"value"` or `"name":123` of JSON that was logged as text, the last value possibly cut off. */
const JSON_PAIR = /"([^"\\]{1,128})"(\s*:\s*)(?:"(?:[^"\\]|\\.)*(?:"|$)|-?\d[\d.eE+-]*)/g;
/** The same inside a JSON string: every quote is escaped. */
const ESCAPED_JSON_PAIR = /\\"([^"\\]{1,128})\\"(\s*:\s*)(?:\\"[^"\\]*(?:\\"|$)|-?\d[\d.eE+-]*)/g;
const USERINFO = /(:\/\/)[^/\s@?#"'<>]{1,256}@/g;
/** Credentials, and no word after `basic` or `token`: they have a digit, an ending `=` or capitals inside. */
const SCHEME =
  /\b([Bb]earer|BEARER|[Bb]asic|BASIC|[Tt]oken|TOKEN)(\s+)(?=[A-Za-z._~-]*(?:[0-9+/=]|[a-z][A-Z]))[A-Za-z0-9._~+/=-]{8,}/g;
/** A header that was logged as text; its whole line goes. */
const HEADER = /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(["']?\s*:\s*)[^\r\n]+/gi;
/** A JSON Web Token: header and payload are base64url of `{"`. */
const JWT = /\beyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/g;

/** No secret in a text this short can be told from a word. */
const SHORTEST = 5;
/** One look for all that the patterns need: most texts have none of it. */
const HINT = /[=@:]|eyJ|bearer\s|basic\s|token\s/i;
/** What SCHEME and HEADER begin with, in one look: every stack trace has colons, and few have these. */
const WORDS = /authorization|cookie|x-api-key|bearer\s|basic\s|token\s/i;

/**
 * Takes secrets out of free text: user:password in URLs, `Bearer …`, header lines, JSON Web Tokens, `password=…` and
 * `"password":"…"`. Returns the very string it was given when there is nothing to do.
 */
export function redactText(text: string, isSensitive: IsSensitive, replacement: string = REPLACEMENT): string {
  if (text.length < SHORTEST || !HINT.test(text)) return text;
  let result = text;
  if (result.includes('@')) result = result.replace(USERINFO, (_all, start: string) => `${start}${replacement}@`);
  if (result.includes('eyJ')) result = result.replace(JWT, () => replacement);
  if (WORDS.test(result)) {
    result = result.replace(HEADER, (_all, name: string, colon: string) => `${name}${colon}${replacement}`);
    result = result.replace(SCHEME, (_all, scheme: string, gap: string) => `${scheme}${gap}${replacement}`);
  }
  if (result.includes('":')) {
    result = result.replace(JSON_PAIR, (all, name: string, colon: string) =>
      isSensitive(name) ? `"${name}"${colon}"${replacement}"` : all,
    );
    result = result.replace(ESCAPED_JSON_PAIR, (all, name: string, colon: string) =>
      isSensitive(name) ? `\\"${name}\\"${colon}\\"${replacement}\\"` : all,
    );
  }
  return redactQuery(result, isSensitive, replacement);
}

/** `name=value`: what may stand before, the name; the value follows. */
const NAME = /(^|[=?&;,\s"'({])([^=&?;,\s"'({]{1,128})=/g;
const VALUE = /"[^"]*"?|'[^']*'?|[^&;,\s"')]*/y;
/** A value that is percent-encoded has none of these. Short of the whole value, so that no text is read twice. */
const ENCODED = /[^=?&;,\s"'(){}]*/y;
/** How often a value that is itself a percent-encoded URL or query is looked into. */
const MAX_NESTING = 3;

/**
 * Takes the values of sensitive names out of a query string, a URL, a form or a line of `key=value`. Names may be
 * percent-encoded or bracketed (`user[password]`); a value that is an encoded URL is looked into.
 */
export function redactQuery(
  text: string,
  isSensitive: IsSensitive,
  replacement: string = REPLACEMENT,
  nesting = 0,
): string {
  if (!text.includes('=')) return text;
  let result = '';
  let taken = 0;
  NAME.lastIndex = 0;
  for (let match = NAME.exec(text); match; match = NAME.exec(text)) {
    const start = match.index + match[0].length;
    const sensitive = isSensitive(decoded(match[2] as string));
    const pattern = sensitive ? VALUE : ENCODED;
    pattern.lastIndex = start;
    const value = pattern.exec(text)?.[0] ?? '';
    const next = sensitive ? replacement : redactEncoded(value, isSensitive, replacement, nesting);
    if (next !== value && value !== '') {
      result += text.slice(taken, start) + next;
      taken = start + value.length;
      NAME.lastIndex = taken;
    } else {
      // What looks like a value may hold a further pair (`to=/login?password=x`): go on at the equals sign.
      NAME.lastIndex = start - 1;
    }
  }
  return taken === 0 ? text : result + text.slice(taken);
}

function redactEncoded(value: string, isSensitive: IsSensitive, replacement: string, nesting: number): string {
  if (nesting >= MAX_NESTING || !/%(?:25)*3d/i.test(value)) return value;
  const plain = decoded(value);
  if (plain === value) return value;
  const lastIndex = NAME.lastIndex;
  const redacted = redactQuery(plain, isSensitive, replacement, nesting + 1);
  NAME.lastIndex = lastIndex;
  return redacted === plain ? value : encodeURIComponent(redacted);
}

/** `pass%77ord` and `user%5Bpassword%5D` are passwords too; a broken escape does not hide them. */
function decoded(name: string): string {
  if (!name.includes('%')) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name.replace(/%([2-7][0-9a-f])/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}
