/** The parts of a line by name, as text; a part that the line's form does not have is absent. */
export type Parts = Record<string, string | undefined>;

/** An access line of the `combined` kind, taken apart. */
export interface AccessParts {
  /** Before everything: nginx's own variant with the name that was asked for. */
  host: string | undefined;
  addr: string;
  user: string;
  time: string;
  request: string;
  status: string;
  bytes: string;
  referer: string;
  agent: string;
  /** What stands behind the agent, and a blank. */
  extra: string | undefined;
  /** The Common Log Format ends with the length: that there is no referrer and no agent says nothing. */
  common?: true;
  /** What its program's escaping did to the values is undone already. */
  undone?: true;
}

interface Head {
  host: string | undefined;
  addr: string;
  user: string;
  time: string;
  /** Where the request begins, behind its quote. */
  request: number;
}

/**
 * `[<host> ]<addr> - <user> [<time>] "`. No quote stands unescaped inside a field, so the request begins at the first `] "`, the time is
 * the bracket before it, and the user is all that stands before that, whatever it holds.
 */
export function headOf(text: string): Head | undefined {
  const close = text.indexOf('] "');
  if (close === -1) return undefined;
  const open = text.lastIndexOf(' [', close);
  const dash = text.indexOf(' - ');
  if (dash === -1 || open < dash + 4) return undefined;
  const space = text.indexOf(' ');
  const named = space !== dash;
  if (named && text.indexOf(' ', space + 1) !== dash) return undefined;
  return {
    host: named ? text.slice(0, space) : undefined,
    addr: text.slice(named ? space + 1 : 0, dash),
    user: text.slice(dash + 3, open),
    time: text.slice(open + 2, close),
    request: close + 3,
  };
}

/** `…" <status> <bytes> "`: where a request ends that begins at `from`, and what follows it. */
export function answerAt(text: string, end: number): { status: string; bytes: string; next: number } | undefined {
  if (text.charCodeAt(end + 1) !== 0x20) return undefined;
  const second = text.indexOf(' ', end + 2);
  const third = second === -1 ? -1 : text.indexOf(' ', second + 1);
  if (third === -1 || text.charCodeAt(third + 1) !== 0x22) return undefined;
  const [status, bytes] = [text.slice(end + 2, second), text.slice(second + 1, third)];
  return status === '' || bytes === '' || status.includes('"') || bytes.includes('"')
    ? undefined
    : { status, bytes, next: third + 2 };
}

/** What stands behind the last field: '', or a blank and extras. @returns undefined when it is neither nothing nor blanks nor that */
export function tailOf(text: string, from: number): string | undefined {
  if (from === text.length) return '';
  if (text.charCodeAt(from) === 0x20 && text.charCodeAt(from + 1) > 0x20) return text.slice(from + 1);
  const rest = text.slice(from);
  if (rest.trim() === '') return '';
  return rest.startsWith(' ') ? rest.slice(1) : undefined;
}

/** Without the line feeds and carriage returns at its end; by hand, for `/[\r\n]+$/` tries each of a line's. */
export function withoutLineEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return text.slice(0, end);
}
