import { type AccessParts, answerAt, headOf, tailOf } from '../parts';

/**
 * gunicorn's default access line, with extras behind. It writes a quote in a value as `\"` and leaves a backslash alone, so a backslash
 * before a quote may be the visitor's last character: that reading counts in which the whole line fits.
 */
export function splitGunicornAccess(text: string): AccessParts | undefined {
  const head = headOf(text);
  if (!head) return undefined;
  // A visitor's quote has a backslash before it: none can write the bare one that begins the referrer. What has many is no line of gunicorn's.
  let tries = 0;
  for (let end = text.indexOf('"', head.request); end !== -1; end = text.indexOf('"', end + 1)) {
    const answer = answerAt(text, end);
    if (answer && ++tries > MOST_TRIES) return undefined;
    const found = answer && fieldsFrom(text, answer.next);
    if (!found) continue;
    return {
      host: head.host,
      addr: head.addr,
      user: withQuotes(head.user),
      time: head.time,
      request: withQuotes(text.slice(head.request, end)),
      status: answer.status,
      bytes: answer.bytes,
      undone: true,
      ...found,
    };
  }
  return undefined;
}

const MOST_TRIES = 20;

/** Each closing quote without a backslash before it. */
const STRICT = /((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"(?=[ \r]|$)/sy;

function fieldsFrom(text: string, from: number) {
  STRICT.lastIndex = from;
  const strict = STRICT.exec(text);
  const tail = strict ? tailOf(text, STRICT.lastIndex) : undefined;
  if (strict && tail !== undefined) {
    const [, referer = '', agent = ''] = strict;
    return { referer: withQuotes(referer), agent: withQuotes(agent), extra: tail === '' ? undefined : tail };
  }
  let tries = 0;
  for (let end = text.indexOf('" "', from); end !== -1 && ++tries <= MOST_TRIES; end = text.indexOf('" "', end + 1)) {
    const last = text.trimEnd().length - 1;
    if (last < end + 3 || text[last] !== '"') return undefined;
    const [referer, agent] = [text.slice(from, end), text.slice(end + 3, last)];
    if (isEscaped(referer) && isEscaped(agent)) {
      return { referer: withQuotes(referer), agent: withQuotes(agent), extra: undefined };
    }
  }
  return undefined;
}

/** Whether each quote inside has gunicorn's backslash. */
function isEscaped(text: string): boolean {
  return !/(?:^|[^\\])"/.test(text);
}

function withQuotes(text: string): string {
  return text.includes('\\"') ? text.replaceAll('\\"', '"') : text;
}
