import type { KqlText } from './ast';

/** Kibana's grammar knows these as space; other white space is part of a literal. */
const SPACES = /[ \t\r\n\u00a0]+/y;
const OR_AND = /(?:or|and)[ \t\r\n\u00a0]/iy;
const NOT = /not[ \t\r\n\u00a0]/iy;
const SPECIAL = new Set('\\():<>"*{}');
const WHITE: Record<string, string> = { t: '\t', r: '\r', n: '\n' };

/** What one escape means, and how many characters it takes; null when there is no such escape. */
function readEscape(rest: string, quoted: boolean): { text: string; length: number } | null {
  const white = WHITE[rest[1] ?? ''];
  if (white) return { text: white, length: 2 };
  const unicode = /^\\u([0-9a-f]{4})/i.exec(rest);
  if (unicode) return { text: String.fromCharCode(Number.parseInt(unicode[1]!, 16)), length: 6 };
  const next = rest[1] ?? '';
  if (quoted) return next === '\\' || next === '"' ? { text: next, length: 2 } : { text: '\\', length: 1 };
  if (SPECIAL.has(next) && next !== '') return { text: next, length: 2 };
  const word = /^\\(and|or|not)/i.exec(rest);
  return word ? { text: word[1]!, length: word[0].length } : null;
}

/** Reads `"…"` from its opening quote on; null when it is never closed. */
export function readQuoted(text: string, start: number): { literal: KqlText; end: number } | null {
  let value = '';
  let at = start + 1;
  while (at < text.length && text[at] !== '"') {
    const escaped = text[at] === '\\' ? readEscape(text.slice(at, at + 6), true) : null;
    value += escaped?.text ?? text[at]!;
    at += escaped?.length ?? 1;
  }
  if (at >= text.length) return null;
  return { literal: { pieces: [value], quoted: true }, end: at + 1 };
}

/** Reads an unquoted literal, which may hold spaces but no keyword; null when there is none. */
export function readUnquoted(text: string, start: number): { literal: KqlText; end: number } | null {
  const pieces: (string | null)[] = [];
  const push = (piece: string | null) => {
    const last = pieces.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') pieces[pieces.length - 1] = last + piece;
    else pieces.push(piece);
  };
  let at = start;
  while (at < text.length) {
    const char = text[at]!;
    const escaped = char === '\\' ? readEscape(text.slice(at, at + 6), false) : null;
    const spaces = matchAt(SPACES, text, at);
    if (escaped) push(escaped.text);
    else if (char === '*') push(null);
    else if (SPECIAL.has(char) || matchAt(NOT, text, at) || (spaces && matchAt(OR_AND, text, at + spaces))) break;
    else push(spaces ? text.slice(at, at + spaces) : char);
    // Spaces are taken together, so that none of them is looked at again for the word behind them.
    at += escaped?.length ?? Math.max(1, spaces);
  }
  return at === start ? null : { literal: { pieces: trimmed(pieces), quoted: false }, end: at };
}

/** How much of the text, from that place on, the sticky pattern takes; 0 for none. */
function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** White space at both ends is not meant, escaped or not. */
function trimmed(pieces: (string | null)[]): (string | null)[] {
  const ends = pieces.map((piece, n) => {
    if (piece === null) return null;
    const begun = n === 0 ? piece.trimStart() : piece;
    return n === pieces.length - 1 ? begun.trimEnd() : begun;
  });
  const kept = ends.filter((piece) => piece !== '');
  return kept.length === 0 ? [''] : kept;
}

/** A text as a quoted KQL value. */
export function quoteKql(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/**
 * A text as an unquoted KQL value, of which none is a wildcard, a bracket or a keyword. White space at its ends is lost.
 * A keyword's first letter is written by its number: `\not` would be a line feed and "ot".
 */
export function escapeKql(text: string): string {
  return text
    .replace(/[\\():<>"*{}]/g, '\\$&')
    .replace(/(?:and|or|not)(?=[ \t\r\n\u00a0])/gi, (word) => `\\u${hex(word)}${word.slice(1)}`);
}

const hex = (word: string) => word.charCodeAt(0).toString(16).padStart(4, '0');
