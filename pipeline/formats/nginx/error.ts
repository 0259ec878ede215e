import type { Parts } from '../parts';

const HEAD = /^(\d{4}\/\d\d\/\d\d) (\d\d:\d\d:\d\d) \[([a-z]+)\] (\d+)#(\d+): (?:\*(\d+) )?/;
const CLIENT = ', client: ';

/**
 * nginx's error log: date, level, `pid#tid`, connection, message; then `, client: …, server: …, request: "…", …`. What stands there is
 * quoted without escapes and its members come and go: whoever makes the document walks it.
 */
export function splitNginxError(text: string): Parts | undefined {
  const found = HEAD.exec(text);
  if (!found) return undefined;
  const [head, date, time, level, pid, tid, connection] = found;
  const at = text.indexOf(CLIENT, head.length);
  const message = at === -1 ? text.slice(head.length) : text.slice(head.length, at);
  const context = at === -1 ? undefined : text.slice(at + CLIENT.length);
  return { date, time, level, pid, tid, connection, message, context };
}
