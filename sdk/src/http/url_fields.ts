import { headerText } from './header_text.js';

/** ECS `url.*` of a request. All as it stood in the request line: still percent-encoded. */
export interface UrlFields {
  original: string;
  path: string;
  query?: string;
  domain?: string;
  port?: number;
  scheme: string;
}

const HOST = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\u00a1-\uffff._-]{1,255})(?::(\d{1,5}))?$/;
const ABSOLUTE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i;

/**
 * Splits a request target (RFC 9112, section 3.2) by hand: `new URL()` would take `//evil.example/x` for a host and
 * throw on what clients really send.
 *
 * @param target the request line's second word, e.g. `/a?b=1`, `http://h/a`, `*`
 * @param host the Host header or `:authority`
 */
export function urlFields(target: string, host: string | undefined, scheme: string): UrlFields {
  const original = headerText(target);
  const absolute = original.startsWith('/') ? null : ABSOLUTE.exec(original);
  const rest = absolute ? original.slice(absolute[0].length) : original;
  const hash = rest.indexOf('#');
  const visible = hash < 0 ? rest : rest.slice(0, hash);
  const mark = visible.indexOf('?');
  const path = mark < 0 ? visible : visible.slice(0, mark);
  const fields: UrlFields = { original, path: path || '/', scheme: absolute?.[1]?.toLowerCase() ?? scheme };
  if (mark >= 0) fields.query = visible.slice(mark + 1);
  const name = splitHost(absolute?.[2] ?? host);
  if (name) {
    fields.domain = name.domain;
    if (name.port !== undefined) fields.port = name.port;
  }
  return fields;
}

/** `example.org:8080` → domain and port; IPv6 without brackets. Undefined for what is no host at all. */
function splitHost(host: string | undefined): { domain: string; port?: number } | undefined {
  const match = host === undefined ? null : HOST.exec(host);
  if (!match?.[1]) return undefined;
  // An absolute name has a dot at its end: the same site.
  const domain = match[1].startsWith('[') ? match[1].slice(1, -1) : match[1].toLowerCase().replace(/\.+$/, '');
  if (domain === '') return undefined;
  const port = match[2] === undefined ? undefined : Number(match[2]);
  return port === undefined || port > 65535 ? { domain } : { domain, port };
}
