/** What a text is cut to around the place where it cannot be read. */
const SHOWN = 40;

/** The text is no KQL; the message says where and what was expected. */
export class KqlSyntaxError extends Error {
  readonly code = 'invalid_kql';

  constructor(
    expected: string,
    readonly text: string,
    readonly position: number,
  ) {
    const found = position >= text.length ? 'the end' : `"${text[position]}"`;
    super(`Expected ${expected} but found ${found} at position ${position + 1} of: ${around(text, position)}`);
    this.name = 'KqlSyntaxError';
  }
}

function around(text: string, position: number): string {
  const [from, to] = [Math.max(0, position - SHOWN), position + SHOWN];
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}

/** The text is KQL, but more of it than is taken. */
export class KqlLimitError extends Error {
  readonly code = 'invalid_kql';

  constructor(readonly most: string) {
    super(`The query is too large: it may hold at most ${most}. Ask for less at once.`);
    this.name = 'KqlLimitError';
  }
}
