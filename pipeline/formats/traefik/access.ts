import { isIP } from 'node:net';
import { agreed, quotedTexts } from '../candidates';
import type { DeclaredValues } from '../declared/values';

/** What Traefik writes at the end: how many requests before, router, server, time in all. */
const END = /" (\d+) "([^"]*)" "([^"]*)" (\d+)ms\s*$/;
/** The middle, which user, referrer and agent may imitate; a target has no blank (RFC 9112). */
const MIDDLE = /\[(\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "(\S+ \S+ [^\s"]+)" "?(\d{3}|-)"? "?(\d+|-)"? "/g;
const MIDDLE_NAMES = ['time_clf', 'request', 'status', 'body_bytes'] as const;

/**
 * Traefik's Common Log Format: `<client> - <user> [<time>] "<request>" <status> <length> "<referrer>" "<agent>" <n> "<router>" "<server>"
 * <n>ms`. It does not escape quotes.
 */
export function splitTraefikCommon(text: string): DeclaredValues | undefined {
  const dash = text.indexOf(' - ');
  const tail = dash > 0 && /ms\s*$/.test(text.slice(-8)) ? END.exec(text) : null;
  if (!tail) return undefined;
  const before = text.slice(0, tail.index);
  const middles = [...before.matchAll(MIDDLE)];
  const [first] = middles;
  if (!first) return undefined;
  const [, , router = '', server = '', milliseconds = ''] = tail;
  const values: DeclaredValues['values'] = {
    ...clientOf(text.slice(0, dash)),
    ...agreed(middles, MIDDLE_NAMES),
    milliseconds,
  };
  if (middles.length === 1) {
    const user = text.slice(dash + 3, first.index - 1);
    if (user !== '-') values.user = user;
    Object.assign(values, quotedTexts(before.slice(first.index + first[0].length), ['referrer', 'agent']));
  }
  Object.assign(values, serverOf(server));
  return { values, named: router === '-' ? {} : { router }, logsAgent: true };
}

/** What comes after a proxy that Traefik trusts is the proxy's list; who of it asked is not certain. */
function clientOf(host: string): DeclaredValues['values'] {
  return isIP(host) === 0 ? { forwarded_for: host } : { client: host };
}

/** `http://10.0.0.5:80`: a server has no other name. */
function serverOf(url: string): DeclaredValues['values'] {
  const address = /^[a-z0-9+]+:\/\/([^/]+)/.exec(url)?.[1] ?? (/^[\w.[\]:-]+:\d+$/.test(url) ? url : undefined);
  return address === undefined ? {} : { server: address, upstream_addresses: address };
}

/** Members of its JSON by their meaning: what Traefik itself measured and chose, no header. */
const MEMBERS = [
  ['RequestMethod', 'method'],
  ['RequestPath', 'target'],
  ['RequestProtocol', 'protocol'],
  ['RequestHost', 'domain'],
  ['RequestScheme', 'scheme'],
  ['DownstreamStatus', 'status'],
  ['DownstreamContentSize', 'body_bytes'],
  ['RequestContentSize', 'request_bytes'],
  ['Duration', 'nanoseconds'],
  ['OriginStatus', 'upstream_statuses'],
  ['ServiceName', 'backend'],
  ['entryPointName', 'frontend'],
  ['ClientUsername', 'user'],
  ['request_User-Agent', 'agent'],
  ['request_Referer', 'referrer'],
] as const;

/** One of its JSON access log. */
export function readTraefikJson(found: Readonly<Record<string, unknown>>): DeclaredValues | undefined {
  if (!('DownstreamStatus' in found) || !('RequestMethod' in found) || !('RequestPath' in found)) return undefined;
  const text = (name: string) => {
    const value = found[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const values: DeclaredValues['values'] = {};
  for (const [name, meaning] of MEMBERS) {
    const value = text(name);
    if (value !== undefined && value !== '' && value !== '-') values[meaning] = value;
  }
  const time = text('StartUTC') ?? text('StartLocal') ?? text('time');
  if (time !== undefined) values.time_iso = time;
  const [host, peer] = [text('ClientHost') ?? '', text('ClientAddr') ?? ''];
  Object.assign(values, clientOf(host));
  if (peer !== '' && isIP(host) === 0) values.client = peer;
  if (host === '') delete values.forwarded_for;
  Object.assign(values, serverOf(urlText(found['ServiceURL']) ?? text('ServiceAddr') ?? ''));
  const seconds = Number(text('OriginDuration'));
  if (values.upstream_addresses !== undefined && Number.isFinite(seconds))
    values.upstream_seconds = (seconds / 1e9).toFixed(9);
  const router = text('RouterName');
  return {
    values,
    named: router === undefined || router === '-' ? {} : { router },
    logsAgent: 'request_User-Agent' in found,
  };
}

/** Older ones write Go's URL as an object. */
function urlText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { Scheme: scheme, Host: host } = value as Record<string, unknown>;
  return typeof host === 'string' ? `${typeof scheme === 'string' ? scheme : 'http'}://${host}` : undefined;
}
