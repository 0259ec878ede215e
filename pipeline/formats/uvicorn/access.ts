import type { DeclaredValues } from '../declared/values';
import { splitGunicornError } from '../gunicorn/error';

/**
 * uvicorn's access line, with its level or without (under gunicorn), its status with words or without:
 * `INFO:     127.0.0.1:52322 - "GET /a?b=c HTTP/1.1" 200 OK`. The status stands at the end, whatever a target holds.
 */
const ACCESS = /^(?:[A-Z]+: {1,8})?(\S*) - "([A-Z]+ .* HTTP\/[\d.]+)" (\d{3})(?: [A-Za-z' -]+)?\s*$/;

/** It may stand behind gunicorn's own date, process and level. */
export function splitUvicornAccess(text: string): DeclaredValues | undefined {
  const own = splitGunicornError(text);
  const found = ACCESS.exec(own?.['message'] ?? text);
  if (!found) return undefined;
  const [, client = '', request = '', status = ''] = found;
  const values: DeclaredValues['values'] = { client, request, status };
  const { date, time, zone, pid } = own ?? {};
  if (date && time && zone) values.time_iso = `${date}T${time}${zone}`;
  if (pid !== undefined) values.pid = pid;
  return { values, named: {}, logsAgent: false };
}
