import { hasWildcard, type KqlNode, type KqlText, plainText } from './ast';

/** The text is no KQL; the message says where and what was expected. */
export class KqlSyntaxError extends Error {
  readonly code = 'invalid_kql';

  constructor(
    expected: string,
    readonly text: string,
    readonly position: number,
  ) {
    const found = position >= text.length ? 'the end' : `"${text[position]}"`;
    super(`Expected ${expected} but found ${found} at position ${position + 1} of: ${text}`);
    this.name = 'KqlSyntaxError';
  }
}

const SPECIAL = new Set('\\():<>"*{}');
const MAX_DEPTH = 60;

/** Parses KQL as Kibana 8.12's grammar does; throws KqlSyntaxError. An empty text means everything. */
export function parseKql(text: string): KqlNode {
  return new Parser(text).parse();
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  parse(): KqlNode {
    this.spaces();
    if (this.at >= this.text.length) return { type: 'all' };
    const node = this.orQuery(() => this.query());
    this.spaces();
    if (this.at < this.text.length) this.fail('AND, OR or the end');
    return node;
  }

  private orQuery(item: () => KqlNode): KqlNode {
    return this.joined('or', () => this.joined('and', () => this.notQuery(item)));
  }

  private joined(word: 'and' | 'or', item: () => KqlNode): KqlNode {
    const children = [item()];
    while (this.keyword(word)) children.push(item());
    return children.length === 1 ? children[0]! : { type: word, children };
  }

  private notQuery(item: () => KqlNode): KqlNode {
    this.spaces();
    const negated = /^not(?=\s)/i.exec(this.text.slice(this.at));
    if (!negated) return item();
    this.at += negated[0].length;
    return { type: 'not', child: this.nested(() => this.notQuery(item)) };
  }

  /** One condition: a group, a field with values, a range, a nested group, or a bare value. */
  private query(): KqlNode {
    this.spaces();
    if (this.peek() === '(') return this.group(() => this.query());
    const field = this.literal();
    this.spaces();
    const sign = this.peek();
    if (sign === '<' || sign === '>') return this.range(field);
    if (sign !== ':') return { type: 'is', field: null, value: field };
    this.at++;
    this.spaces();
    if (this.peek() === '{') return this.nestedGroup(field);
    return this.values(field);
  }

  private values(field: KqlText): KqlNode {
    this.spaces();
    if (this.peek() === '(') return this.group(() => this.values(field));
    const value = this.literal();
    this.spaces();
    if (this.peek() === ':') this.fail('AND, OR or the end');
    return { type: 'is', field, value };
  }

  private range(field: KqlText): KqlNode {
    const sign = this.text[this.at++];
    const orEqual = this.peek() === '=';
    if (orEqual) this.at++;
    this.spaces();
    const value = this.literal();
    if (hasWildcard(value)) this.fail('a value without wildcard');
    return { type: 'range', field, operator: sign === '<' ? (orEqual ? 'lte' : 'lt') : orEqual ? 'gte' : 'gt', value };
  }

  private group(item: () => KqlNode): KqlNode {
    return this.enclosed(')', item);
  }

  private nestedGroup(field: KqlText): KqlNode {
    return { type: 'nested', path: plainText(field), child: this.enclosed('}', () => this.query()) };
  }

  private enclosed(end: ')' | '}', item: () => KqlNode): KqlNode {
    this.at++;
    const node = this.nested(() => this.orQuery(item));
    this.spaces();
    if (this.peek() !== end) this.fail(`"${end}"`);
    this.at++;
    return node;
  }

  private nested(read: () => KqlNode): KqlNode {
    if (++this.depth > MAX_DEPTH) this.fail('a query with fewer brackets');
    const node = read();
    this.depth--;
    return node;
  }

  private keyword(word: 'and' | 'or'): boolean {
    const found = new RegExp(`^(?:\\s+|(?<=[)}"])\\s*)${word}\\s+`, 'i').exec(this.text.slice(this.at));
    // After a closing bracket or quote the space has been read already.
    const bare =
      /[\s)}"]/.test(this.text[this.at - 1] ?? '') &&
      new RegExp(`^\\s*${word}\\s+`, 'i').exec(this.text.slice(this.at));
    const match = found ?? (bare || null);
    if (!match) return false;
    this.at += match[0].length;
    return true;
  }

  private literal(): KqlText {
    if (this.peek() === '"') return this.quoted();
    const text: KqlText = { parts: [], wildcards: [], quoted: false };
    while (this.at < this.text.length && !this.atKeyword()) {
      const char = this.text[this.at]!;
      if (char === '\\') push(text, this.escape());
      else if (char === '*') {
        push(text, '*', true);
        this.at++;
      } else if (SPECIAL.has(char)) break;
      else {
        push(text, char);
        this.at++;
      }
    }
    trimEnd(text, () => this.at--);
    if (text.parts.length === 0) this.fail('a field or a value');
    return text;
  }

  /** A keyword ends an unquoted literal, which may hold spaces. */
  private atKeyword(): boolean {
    const rest = this.text.slice(this.at);
    return /^\s+(or|and)\s+/i.test(rest) || (/^not\s+/i.test(rest) && /(^|[\s(])$/.test(this.text.slice(0, this.at)));
  }

  private quoted(): KqlText {
    const start = this.at++;
    const text: KqlText = { parts: [], wildcards: [], quoted: true };
    for (; this.peek() !== '"'; this.at++) {
      if (this.at >= this.text.length) throw new KqlSyntaxError('a closing quote', this.text, start);
      if (this.peek() === '\\') {
        push(text, this.escape());
        this.at--;
      } else push(text, this.text[this.at]!);
    }
    this.at++;
    return text;
  }

  /** Reads `\"`, `\*`, `\t`, `\u00e4`, `\and` … and stands behind it. */
  private escape(): string {
    const rest = this.text.slice(this.at + 1);
    const unicode = /^u([0-9a-f]{4})/i.exec(rest);
    const word = /^(and|or|not)/i.exec(rest);
    const known: Record<string, string> = { t: '\t', r: '\r', n: '\n' };
    if (rest === '') this.fail('a character after "\\"');
    this.at += 1 + (unicode?.[0] ?? word?.[0] ?? rest[0]!).length;
    if (unicode) return String.fromCharCode(Number.parseInt(unicode[1]!, 16));
    return word?.[0] ?? known[rest[0]!] ?? rest[0]!;
  }

  private peek(): string | undefined {
    return this.text[this.at];
  }

  private spaces(): void {
    while (/\s/.test(this.peek() ?? '')) this.at++;
  }

  private fail(expected: string): never {
    throw new KqlSyntaxError(expected, this.text, this.at);
  }
}

function push(text: KqlText, piece: string, wildcard = false): void {
  const last = text.parts.length - 1;
  if (!wildcard && last >= 0 && !text.wildcards[last]) text.parts[last] += piece;
  else {
    text.parts.push(piece);
    text.wildcards.push(wildcard);
  }
}

/** Spaces at the end belong to what follows. */
function trimEnd(text: KqlText, giveBack: () => void): void {
  const last = text.parts.length - 1;
  if (last < 0 || text.wildcards[last]) return;
  const trimmed = text.parts[last]!.replace(/\s+$/, '');
  for (let i = trimmed.length; i < text.parts[last]!.length; i++) giveBack();
  text.parts[last] = trimmed;
  if (trimmed === '') {
    text.parts.pop();
    text.wildcards.pop();
  }
}
