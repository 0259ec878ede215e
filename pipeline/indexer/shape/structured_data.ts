/** RFC 5424, section 6.3: elements by SD-ID, each with its parameters. A repeated parameter keeps its last value, a repeated element its first. */
export type StructuredData = Record<string, Record<string, string>>;

const OPEN = 0x5b;
const CLOSE = 0x5d;
const SPACE = 0x20;

/** Walks `[id name="value" …][id2 …]`; in values `\"`, `\\` and `\]` are escapes. What is malformed ends the walk. */
export function parseStructuredData(text: string): StructuredData | undefined {
  if (text === '' || text === '-') return undefined;
  const found: StructuredData = {};
  let at = 0;
  while (text.charCodeAt(at) === OPEN) {
    const end = nameEnd(text, at + 1);
    const parameters: Record<string, string> = {};
    const id = text.slice(at + 1, end);
    at = end;
    while (text.charCodeAt(at) === SPACE) {
      const equals = text.indexOf('="', at);
      if (equals === -1) return found;
      const name = text.slice(at + 1, equals);
      const value = quoted(text, equals + 2);
      if (!value) return found;
      if (name === '__proto__') Object.defineProperty(parameters, name, { value: value.text, enumerable: true });
      else parameters[name] = value.text;
      at = value.end;
    }
    if (text.charCodeAt(at) !== CLOSE || id === '') return found;
    if (!Object.hasOwn(found, id)) found[id] = parameters;
    at++;
  }
  return found;
}

function nameEnd(text: string, from: number): number {
  const space = text.indexOf(' ', from);
  const bracket = text.indexOf(']', from);
  if (space === -1) return bracket === -1 ? text.length : bracket;
  return bracket === -1 ? space : Math.min(space, bracket);
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
