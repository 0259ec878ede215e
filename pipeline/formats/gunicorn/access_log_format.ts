import type { Meaning, Piece } from '../declared/values';

/** gunicorn's atoms ("access_log_format" in its settings). */
const ATOMS: Readonly<Record<string, [Meaning, string?]>> = {
  h: ['client', String.raw`[\w.:%-]*`],
  l: ['nothing', '-'],
  u: ['user'],
  t: ['time_clf', String.raw`\[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d (?:[+-]\d{4}|[A-Za-z]+)\]`],
  r: ['request'],
  m: ['method', String.raw`[^\s"]*`],
  U: ['path'],
  q: ['query'],
  H: ['protocol', String.raw`(?:HTTP\/[\d.]+|-)?`],
  s: ['status', String.raw`\d{3}|-`],
  B: ['body_bytes', String.raw`\d+|-`],
  b: ['body_bytes', String.raw`\d+|-`],
  f: ['referrer'],
  a: ['agent'],
  T: ['seconds', String.raw`\d+`],
  M: ['milliseconds', String.raw`\d+`],
  D: ['microseconds', String.raw`\d+`],
  L: ['seconds', String.raw`\d+\.\d+`],
  p: ['pid', String.raw`<\d+>`],
  '{user-agent}i': ['agent'],
  '{referer}i': ['referrer'],
  '{x-forwarded-for}i': ['forwarded_for'],
  '{x-request-id}i': ['request_id'],
  '{host}i': ['domain'],
  '{traceparent}i': ['traceparent'],
};
/** A quote in a value has a backslash before it. */
const FREE = String.raw`(?:[^"]|(?<=\\)")*?`;

/** `access_log_format` as it stands in gunicorn's settings, without the quotes around it. */
export function readGunicornFormat(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const source = text.trim();
  for (const match of source.matchAll(/%\((\{[^}]*\}[a-z]|[a-zA-Z])\)s/g)) {
    if (match.index > from) pieces.push(source.slice(from, match.index));
    const name = (match[1] as string).toLowerCase().startsWith('{')
      ? (match[1] as string).toLowerCase()
      : (match[1] as string);
    const [meaning, form] = ATOMS[name] ?? [undefined];
    pieces.push({ name: match[0], meaning, form: form ?? FREE });
    from = match.index + match[0].length;
  }
  if (from < source.length) pieces.push(source.slice(from));
  return pieces;
}
