/** What a KQL text means. Texts keep `*` apart from an escaped `\*`. */
export type KqlNode =
  | { type: 'and' | 'or'; children: KqlNode[] }
  | { type: 'not'; child: KqlNode }
  | { type: 'is'; field: KqlText | null; value: KqlText }
  | { type: 'range'; field: KqlText; operator: 'gt' | 'gte' | 'lt' | 'lte'; value: KqlText }
  | { type: 'nested'; path: string; child: KqlNode }
  | { type: 'all' };

/** A literal's pieces: plain texts, and `null` for each wildcard between them. */
export interface KqlText {
  pieces: (string | null)[];
  quoted: boolean;
}

export function plainText({ pieces }: KqlText): string {
  return pieces.map((piece) => piece ?? '*').join('');
}

export function hasWildcard({ pieces }: KqlText): boolean {
  return pieces.includes(null);
}

/** A bare `null`, which stands for no field and for no value; `"null"` is the word. */
export function isNull(text: KqlText): boolean {
  return literalValue(text) === null;
}

/** What a query says of a value: a bare `true`, `false` or `null` is that, all else is text. */
export function literalValue(text: KqlText): string | boolean | null {
  const plain = plainText(text);
  if (text.quoted) return plain;
  return plain === 'true' || plain === 'false' ? plain === 'true' : plain === 'null' ? null : plain;
}

/** A lone `*`: any value, any field. */
export function isStar({ pieces }: KqlText): boolean {
  return pieces.length === 1 && pieces[0] === null;
}
