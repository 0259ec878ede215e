import type { Parts } from '../parts';

/**
 * uvicorn's access line, with its level or without (under gunicorn), its status with words or without:
 * `INFO:     127.0.0.1:52322 - "GET /a?b=c HTTP/1.1" 200 OK`. The status stands at the end, whatever a target holds.
 */
const ACCESS =
  /^(?:[A-Z]+: {1,8})?(?<client>\S*) - "(?<request>[A-Z]+ .* HTTP\/[\d.]+)" (?<status>\d{3})(?: [A-Za-z' -]+)?\s*$/;

export function splitUvicornAccess(text: string): Parts | undefined {
  return ACCESS.exec(text)?.groups;
}
