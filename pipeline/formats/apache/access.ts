import { type AccessParts, answerAt, headOf, tailOf } from '../parts';

/** A quote and a backslash in a value have a backslash before them (ap_escape_logitem): an unescaped quote ends each value. */
const REQUEST = /(?:[^"\\]|\\.)*"/sy;
const HEADERS = /((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"(?=\s|$)/sy;

/** Apache's `combined` and `vhost_combined`, with values behind. */
export function splitApacheAccess(text: string): AccessParts | undefined {
  const head = headOf(text);
  if (!head) return undefined;
  REQUEST.lastIndex = head.request;
  if (!REQUEST.test(text)) return undefined;
  const end = REQUEST.lastIndex - 1;
  const answer = answerAt(text, end);
  if (!answer) return undefined;
  HEADERS.lastIndex = answer.next;
  const found = HEADERS.exec(text);
  const tail = found ? tailOf(text, HEADERS.lastIndex) : undefined;
  if (!found || tail === undefined) return undefined;
  const [, referer = '', agent = ''] = found;
  return {
    host: head.host,
    addr: head.addr,
    user: unescapeApache(head.user),
    time: head.time,
    request: unescapeApache(text.slice(head.request, end)),
    status: answer.status,
    bytes: answer.bytes,
    referer: unescapeApache(referer),
    agent: unescapeApache(agent),
    extra: tail === '' ? undefined : tail,
    undone: true,
  };
}

const COMMON_END = /^" (\d{3}) (\d+|-)\s*$/;

/** The Common Log Format, as Apache, lighttpd and others write it: it ends with the length. */
export function splitCommonAccess(text: string): AccessParts | undefined {
  const head = headOf(text);
  const end = head ? text.lastIndexOf('"') : -1;
  const found = head && end >= head.request ? COMMON_END.exec(text.slice(end)) : null;
  if (!head || !found) return undefined;
  const [, status = '', bytes = ''] = found;
  return {
    host: head.host,
    addr: head.addr,
    user: unescapeApache(head.user),
    time: head.time,
    request: unescapeApache(text.slice(head.request, end)),
    status,
    bytes,
    referer: '',
    agent: '',
    extra: undefined,
    common: true,
    undone: true,
  };
}

/** `\"`, `\\` and what makes UTF-8 become what they were; control characters stay escaped, and bytes that are no UTF-8. */
export function unescapeApache(text: string): string {
  if (!text.includes('\\')) return text;
  const bare = text.replace(/((?:\\x[89a-fA-F][0-9a-fA-F])+)|\\(["\\])/g, (all, bytes?: string, one?: string) => {
    if (bytes === undefined) return one as string;
    const decoded = Buffer.from(bytes.replaceAll('\\x', ''), 'hex').toString('utf8');
    return decoded.includes('\ufffd') ? all : decoded;
  });
  return bare;
}
