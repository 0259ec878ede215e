import { type AccessParts, answerAt, headOf, tailOf } from '../parts';

/**
 * nginx's `combined`, with a host before it and extras behind. Its escape=default writes a quote in any value as `\x22`, so the first
 * quote ends each field.
 */
export function splitNginxAccess(text: string): AccessParts | undefined {
  const head = headOf(text);
  if (!head) return undefined;
  const requestEnd = text.indexOf('"', head.request);
  const answer = requestEnd === -1 ? undefined : answerAt(text, requestEnd);
  if (!answer) return undefined;
  const refererEnd = text.indexOf('"', answer.next);
  if (refererEnd === -1 || !text.startsWith(' "', refererEnd + 1)) return undefined;
  const agentEnd = text.indexOf('"', refererEnd + 3);
  const tail = agentEnd === -1 ? undefined : tailOf(text, agentEnd + 1);
  if (tail === undefined || (text.includes('\\') && isOthers(text.slice(0, agentEnd)))) return undefined;
  return {
    host: head.host,
    addr: head.addr,
    user: head.user,
    time: head.time,
    request: text.slice(head.request, requestEnd),
    status: answer.status,
    bytes: answer.bytes,
    referer: text.slice(answer.next, refererEnd),
    agent: text.slice(refererEnd + 3, agentEnd),
    extra: tail === '' ? undefined : tail,
  };
}

/** nginx writes a backslash as `\x5C`, and none but before an `x`: with another one the line is Apache's, or that of one that escapes like it. */
function isOthers(text: string): boolean {
  return /\\(?!x[0-9A-Fa-f]{2})/.test(text);
}
