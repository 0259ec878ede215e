import { hasWildcard, isNull, isStar, type KqlNode, type KqlText, plainText } from './ast';
import { KqlLimitError, KqlSyntaxError } from './errors';
import { readQuoted, readUnquoted } from './literal';

const SPACES = /[ \t\r\n\u00a0]*/y;
const WORDS = {
  and: /[ \t\r\n\u00a0]+and[ \t\r\n\u00a0]+/iy,
  or: /[ \t\r\n\u00a0]+or[ \t\r\n\u00a0]+/iy,
  not: /not[ \t\r\n\u00a0]+/iy,
};
/** What a person writes by hand stays far below these; each is checked where it is read, so that none is ever built. */
export const MAX_KQL_CHARS = 4000;
const MAX_DEPTH = 20;
const MAX_LITERALS = 500;
const MAX_WILDCARDS = 100;

/**
 * Parses KQL as Kibana 8.12 does; throws KqlSyntaxError or KqlLimitError. An empty text means everything. Each character is
 * looked at a fixed number of times.
 */
export function parseKql(text: string): KqlNode {
  if (text.length > MAX_KQL_CHARS) throw new KqlLimitError(`${MAX_KQL_CHARS.toLocaleString('en-US')} characters`);
  return new Parser(text).parse();
}

class Parser {
  private at = 0;
  private depth = 0;
  private literals = 0;
  private wildcards = 0;

  constructor(private readonly text: string) {}

  parse(): KqlNode {
    if (this.text.trim() === '') return { type: 'all' };
    this.skip(SPACES);
    const node = this.orQuery(() => this.query());
    this.skip(SPACES);
    if (this.at < this.text.length) this.fail('AND, OR or the end');
    return node;
  }

  private orQuery(item: () => KqlNode): KqlNode {
    return this.joined('or', () => this.joined('and', () => this.notQuery(item)));
  }

  private joined(word: 'and' | 'or', item: () => KqlNode): KqlNode {
    const children = [item()];
    while (this.skip(WORDS[word])) children.push(item());
    return children.length === 1 ? children[0]! : { type: word, children };
  }

  private notQuery(item: () => KqlNode): KqlNode {
    return this.skip(WORDS.not) ? { type: 'not', child: item() } : item();
  }

  /** One condition: a group, a field with values, a range, a nested group, or a bare value. */
  private query(): KqlNode {
    if (this.peek() === '(') return this.group(')', () => this.query());
    const field = this.literal();
    const end = this.at;
    this.skip(SPACES);
    const sign = this.peek();
    if (sign === '<' || sign === '>') return this.range(this.named(field));
    if (sign === ':') return this.condition(field);
    this.at = end;
    return this.is(null, field);
  }

  private condition(field: KqlText): KqlNode {
    this.at++;
    this.skip(SPACES);
    if (this.peek() !== '{') return this.values(field);
    return { type: 'nested', path: plainText(field), child: this.group('}', () => this.query()) };
  }

  private values(field: KqlText): KqlNode {
    if (this.peek() === '(') return this.group(')', () => this.values(field));
    const value = this.literal();
    return this.is(isNull(field) ? null : isStar(value) ? field : this.named(field), value);
  }

  private is(field: KqlText | null, value: KqlText): KqlNode {
    if (isNull(value))
      this.fail('a value before this ("null" in quotes is the word; not field : * finds lines without)');
    return { type: 'is', field, value };
  }

  private range(field: KqlText): KqlNode {
    const sign = this.text[this.at++];
    const orEqual = this.peek() === '=';
    if (orEqual) this.at++;
    this.skip(SPACES);
    const value = this.literal();
    return { type: 'range', field, operator: sign === '<' ? (orEqual ? 'lte' : 'lt') : orEqual ? 'gte' : 'gt', value };
  }

  private group(end: ')' | '}', item: () => KqlNode): KqlNode {
    this.at++;
    if (++this.depth > MAX_DEPTH) throw new KqlLimitError(`${MAX_DEPTH} brackets inside each other`);
    this.skip(SPACES);
    const node = this.orQuery(item);
    this.skip(SPACES);
    if (this.peek() !== end) this.fail(`"${end}"`);
    this.depth--;
    this.at++;
    return node;
  }

  private literal(): KqlText {
    if (++this.literals > MAX_LITERALS) throw new KqlLimitError(`${MAX_LITERALS} fields and values`);
    const quoted = this.peek() === '"';
    const found = quoted ? readQuoted(this.text, this.at) : readUnquoted(this.text, this.at);
    if (!found) this.fail(quoted ? 'a closing quote' : 'a field or a value');
    this.at = found.end;
    this.wildcards += found.literal.pieces.filter((piece) => piece === null).length;
    if (this.wildcards > MAX_WILDCARDS) throw new KqlLimitError(`${MAX_WILDCARDS} wildcards`);
    return found.literal;
  }

  /** Which fields a pattern means is known to Kibana's data view alone, so neither host looks for a value by one. */
  private named(field: KqlText): KqlText {
    if (hasWildcard(field)) this.fail('the name of one field (a pattern such as http.* can only be asked for *)');
    return field;
  }

  private peek(): string | undefined {
    return this.text[this.at];
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found !== '';
  }

  private fail(expected: string): never {
    throw new KqlSyntaxError(expected, this.text, this.at);
  }
}
