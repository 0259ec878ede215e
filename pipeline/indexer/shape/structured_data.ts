/** RFC 5424, section 6.3: elements by SD-ID, each with its parameters. A repeated parameter keeps its last value. */
export type StructuredData = Record<string, Record<string, string>>;

/** Walks `[id name="value" …][id2 …]`; in values `\"`, `\\` and `\]` are escapes. What is malformed ends the walk. */
export function parseStructuredData(text: string): StructuredData | undefined {
  if (text === '' || text === '-') return undefined;
  const found: StructuredData = {};
  let at = 0;
  while (text[at] === '[') {
    const end = nameEnd(text, at + 1);
    const parameters: Record<string, string> = Object.create(null) as Record<string, string>;
    const id = text.slice(at + 1, end);
    at = end;
    while (text[at] === ' ') {
      const equals = text.indexOf('="', at);
      if (equals === -1) return found;
      const name = text.slice(at + 1, equals);
      const value = quoted(text, equals + 2);
      if (!value) return found;
      parameters[name] = value.text;
      at = value.end;
    }
    if (text[at] !== ']' || id === '') return found;
    found[id] = { ...parameters };
    at++;
  }
  return found;
}

function nameEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== ' ' && text[at] !== ']') at++;
  return at;
}

function quoted(text: string, from: number): { text: string; end: number } | undefined {
  const first = text.indexOf('"', from);
  if (first === -1) return undefined;
  const plain = text.slice(from, first);
  if (!plain.includes('\\')) return { text: plain, end: first + 1 };
  let value = '';
  for (let at = from; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '"') return { text: value, end: at + 1 };
    const next = text[at + 1];
    if (char === '\\' && (next === '"' || next === '\\' || next === ']')) {
      value += next;
      at++;
    } else value += char;
  }
  return undefined;
}
