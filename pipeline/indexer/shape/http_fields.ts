import { isIP } from 'node:net';
import { UAParser } from 'ua-parser-js';
import type { JsonObject } from './shaped';

/** nginx and its kin write `-` for what is not there. */
export function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text === '-' ? undefined : text;
}

/** A whole number of digits only; undefined otherwise. */
export function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Seconds with a fraction (`0.004`) as nanoseconds. */
export function secondsToNs(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Math.round(Number(text) * 1e9) : undefined;
}

export interface RequestLine {
  method?: string;
  target?: string;
  version?: string;
  /** The line when it is no request line: TLS bytes, a scanner's noise. */
  malformed?: string;
}

/** `METHOD target HTTP/x` (RFC 9112, section 3); also HTTP/0.9's `GET /`. A target may hold spaces if sent so. */
export function requestLine(text: string): RequestLine {
  const first = text.indexOf(' ');
  const last = text.lastIndexOf(' ');
  const method = text.slice(0, first);
  if (first > 0 && isToken(method)) {
    if (last > first + 1 && isVersion(text, last + 1)) {
      return { method, target: text.slice(first + 1, last), version: text.slice(last + 6) };
    }
    if (first === last && first < text.length - 1) return { method, target: text.slice(first + 1) };
  }
  return text === '' || text === '-' ? {} : { malformed: text };
}

/** `HTTP/1.1`, to the end of the text. */
function isVersion(text: string, at: number): boolean {
  return text.startsWith('HTTP/', at) && /^\d(\.\d)?$/.test(text.slice(at + 5));
}

/** A method, as far as logs hold real ones: capitals, perhaps with `-` or `_` (`M-SEARCH`, `VERSION-CONTROL`). */
function isToken(text: string): boolean {
  return text.length <= 32 && /^[A-Z][A-Z_-]*$/.test(text);
}

/** `url.*` of a request target: origin form, absolute form, `host:port` of CONNECT, or `*`. */
export function urlFields(target: string, method: string | undefined, domain?: string): JsonObject {
  const url: JsonObject = { original: target };
  let rest = target;
  const absolute = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/?#]*)/.exec(target);
  if (absolute) {
    url['scheme'] = (absolute[1] as string).toLowerCase();
    addAuthority(url, absolute[2] as string);
    rest = target.slice(absolute[0].length) || '/';
  } else if (method === 'CONNECT') {
    addAuthority(url, target);
    return url;
  }
  const hash = rest.indexOf('#');
  if (hash !== -1) {
    url['fragment'] = rest.slice(hash + 1);
    rest = rest.slice(0, hash);
  }
  const question = rest.indexOf('?');
  if (question !== -1) url['query'] = rest.slice(question + 1);
  const path = question === -1 ? rest : rest.slice(0, question);
  url['path'] = path;
  const extension = /\.([A-Za-z0-9]{1,10})$/.exec(path.slice(path.lastIndexOf('/') + 1));
  if (extension) url['extension'] = extension[1] as string;
  if (domain !== undefined && url['domain'] === undefined) addAuthority(url, domain);
  return url;
}

/**
 * `host`, `host:port`, `[v6]:port` → domain and port; ECS keeps an IPv6 literal's brackets. A user and password before the
 * last `@` belong to neither.
 */
export function addAuthority(url: JsonObject, authority: string): void {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const found = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(host);
  if (!found) return;
  if (found[1]) url['domain'] = found[1];
  if (found[2]) url['port'] = Number(found[2]);
}

/** `source.*` and `client.*` of an address as logged: an IP, a name, or nothing for a unix socket. */
export function addClient(doc: JsonObject, address: string | undefined, port: number | undefined): void {
  if (address === undefined) return;
  doc['source'] = clientFields(address, port);
  doc['client'] = clientFields(address, port);
}

export function clientFields(address: string, port: number | undefined): JsonObject {
  const fields: JsonObject = { address };
  if (isIP(address) !== 0) fields['ip'] = address;
  if (port !== undefined) fields['port'] = port;
  return fields;
}

/** ECS and Elastic's nginx integration: a failure from 400 on. */
export function outcome(status: number | undefined): string {
  if (status === undefined || status < 100) return 'unknown';
  return status >= 400 ? 'failure' : 'success';
}

const CACHE = 5000;
const agents = new Map<string, { fields: JsonObject; text?: string }>();

/** `user_agent.*`. The same few thousand agents come again and again: parsed ones are kept. */
export function userAgent(original: string): JsonObject {
  return knownAgent(original).fields;
}

/** The same as JSON. */
export function userAgentText(original: string): string {
  const known = knownAgent(original);
  known.text ??= JSON.stringify(known.fields);
  return known.text;
}

function knownAgent(original: string): { fields: JsonObject; text?: string } {
  const known = agents.get(original);
  if (known) return known;
  const found = { fields: parseAgent(original) };
  if (agents.size >= CACHE) agents.delete(agents.keys().next().value as string);
  agents.set(original, found);
  return found;
}

/** `Mozilla/5.0 (compatible; Googlebot/2.1; …)`, and what puts its own name first (`curl/7.88.1`). */
const BOT = /\(compatible; ([A-Za-z][\w. -]{0,39}?)(?:\/(\d[\w.]{0,19}))?[;)]/;
const PRODUCT = /^([A-Za-z][\w.-]{0,39})(?:\/(\d[\w.]{0,19}))?/;

function parseAgent(original: string): JsonObject {
  // Its patterns are made for browsers' agents; a megabyte of noise would keep it busy.
  const { browser, os, device } = new UAParser(original.slice(0, 500)).getResult();
  const fields: JsonObject = { original };
  const product = browser.name ? undefined : (BOT.exec(original) ?? PRODUCT.exec(original));
  const name = browser.name ?? product?.[1];
  const version = browser.name ? browser.version : product?.[2];
  if (name) fields['name'] = name;
  if (version) fields['version'] = version;
  if (os.name) {
    fields['os'] = { name: os.name, full: os.version ? `${os.name} ${os.version}` : os.name };
    if (os.version) fields['os']['version'] = os.version;
  }
  const deviceName = device.model ? [device.vendor, device.model].filter(Boolean).join(' ') : device.type;
  if (deviceName) fields['device'] = { name: deviceName };
  return fields;
}

/** W3C Trace Context, `version-trace_id-parent_id-flags`. */
export function traceId(traceparent: string | undefined): string | undefined {
  const found =
    traceparent === undefined ? null : /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent);
  return found && found[1] !== '0'.repeat(32) ? (found[1] as string) : undefined;
}
