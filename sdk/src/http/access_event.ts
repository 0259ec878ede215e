import type { IncomingHttpHeaders } from 'node:http';
import { type ContextFields, mergeFields } from '../context.js';
import { type ErrorFields, errorFields } from '../record/error_fields.js';
import type { Redactor } from '../redact/index.js';
import type { Ending, Exchange } from './exchange.js';
import { type ForwardedHop, type Hop, parseForwarded, parseXForwardedFor, plainAddress } from './forwarded.js';
import { header, headerText } from './header_text.js';
import type { Probe } from './health_rules.js';
import type { AccessEntry, Outcome } from './options.js';
import { type IsTrusted, resolveClient } from './trusted_proxies.js';
import { type UrlFields, urlFields } from './url_fields.js';

/** What the options come to, compiled once. */
export interface EventRules {
  isTrusted: IsTrusted;
  forwardedHeader: 'x-forwarded-for' | 'forwarded';
  isHealthCheck: (probe: Probe) => boolean;
  level: (outcome: Outcome) => string;
  redactor: Redactor | undefined;
}

export const DATASET = 'rota.access';

const REASONS = {
  client: 'the client closed the connection before the response was complete',
  server: 'the response was given up before it was complete',
  crash: 'the process ended before the response was complete',
} as const;

/**
 * The access event of one exchange: ECS 8.11 `http`, `url`, `source`, `client`, `server`, `user_agent`, `event`,
 * `trace`, `span`, `error`; `event.duration` in nanoseconds. Pure but for reading the exchange.
 */
export function accessEntry(exchange: Exchange, ending: Ending, rules: EventRules, added?: ContextFields): AccessEntry {
  const { request } = exchange;
  const { status } = ending;
  const userAgent = header(request.headers['user-agent']);
  const { client, host, scheme, forwarded, balancer } = seenThrough(exchange, rules);
  const url = redactedUrl(urlFields(exchange.target, host, scheme), rules.redactor);
  const healthCheck = rules.isHealthCheck({
    userAgent,
    path: url.path,
    method: exchange.method,
    client: client.address,
    forwarded,
    balancer,
  });
  const failed = exchange.error !== undefined || (status !== undefined && status >= 500);
  const level = rules.level({ status, aborted: ending.aborted !== undefined, healthCheck });
  const fields: AccessEntry = {
    level,
    message: `${exchange.method} ${url.path} ${status ?? 'aborted'}`,
    trace: { id: exchange.span.traceId },
    span: { id: exchange.span.spanId },
    http: httpFields(exchange, status, rules.redactor),
    url,
    event: eventFields(exchange, ending, status, failed),
    data_stream: { dataset: DATASET },
  };
  if (exchange.parentSpanId) fields['parent'] = { id: exchange.parentSpanId };
  if (client.address !== '') {
    fields['source'] = sourceOf(client);
    fields['client'] = sourceOf(client);
  }
  const { address, port } = exchange.local;
  if (address !== undefined || port !== undefined) fields['server'] = { ...exchange.local };
  if (userAgent !== undefined) fields['user_agent'] = { original: userAgent };
  if (exchange.error) fields['error'] = errorOf(exchange.error.thrown, status, rules.redactor);
  if (healthCheck || ending.aborted) {
    fields['tags'] = [...(healthCheck ? ['health_check'] : []), ...(ending.aborted ? ['aborted'] : [])];
  }
  if (!added) return fields;
  return mergeFields(rules.redactor ? rules.redactor.fields(added) : added, fields) as AccessEntry;
}

function httpFields(exchange: Exchange, status: number | undefined, redactor: Redactor | undefined): object {
  const { request } = exchange;
  const requestFields: Record<string, unknown> = { id: exchange.id, method: exchange.method };
  const referrer = header(request.headers.referer);
  if (referrer !== undefined) requestFields['referrer'] = redactor ? redactor.text(referrer) : referrer;
  const received = receivedBytes(exchange);
  if (received !== undefined) requestFields['body'] = { bytes: received };
  const response: Record<string, unknown> = {
    body: { bytes: hasBody(exchange.method, status) ? exchange.bytes.sent : 0 },
  };
  if (status !== undefined) response['status_code'] = status;
  return { request: requestFields, response, version: request.httpVersion };
}

/** What the client announced when it sent all of it, otherwise what was read; undefined for a request without a body. */
function receivedBytes(exchange: Exchange): number | undefined {
  const { headers, complete } = exchange.request;
  const length = headers['content-length'];
  if (complete && length !== undefined && /^\d{1,15}$/.test(length)) return Number(length);
  const expected = length !== undefined || headers['transfer-encoding'] !== undefined;
  return expected || exchange.bytes.received > 0 ? exchange.bytes.received : undefined;
}

/** RFC 9110, section 6.4.1: what is written to such a response is not sent. */
function hasBody(method: string, status: number | undefined): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304;
}

function eventFields(exchange: Exchange, ending: Ending, status: number | undefined, failed: boolean): object {
  const ok = !failed && ending.aborted === undefined && status !== undefined && status < 400;
  const fields: Record<string, unknown> = {
    kind: 'event',
    category: ['web'],
    type: failed ? ['access', 'error'] : ['access'],
    dataset: DATASET,
    outcome: ok ? 'success' : 'failure',
    duration: Math.max(0, Math.round((ending.at - exchange.started) * 1e6)),
  };
  if (ending.aborted) fields['reason'] = REASONS[ending.aborted];
  return fields;
}

/** Below 500 an error is the client's: its message may quote the body (`JSON.parse` does), so it stays out. */
function errorOf(thrown: unknown, status: number | undefined, redactor: Redactor | undefined): ErrorFields {
  const { type, code, message, stack_trace } = errorFields(thrown);
  const fields: ErrorFields = {};
  if (type !== undefined) fields.type = type;
  if (code !== undefined) fields.code = code;
  if (status !== undefined && status < 500 && status >= 400) return fields;
  const text = (value: string) => (redactor ? redactor.text(value) : value);
  if (message !== undefined) fields.message = text(message);
  if (stack_trace !== undefined) fields.stack_trace = text(stack_trace);
  return fields;
}

function sourceOf({ address, port }: Hop): object {
  return port ? { address, ip: address, port } : { address, ip: address };
}

interface Seen {
  client: Hop;
  host: string | undefined;
  scheme: string;
  /** There are hops beyond the outermost trusted proxy. */
  forwarded: boolean;
  /** The client is a trusted proxy that asks for itself. */
  balancer: boolean;
}

/** Client, host and scheme as the outermost trusted proxy saw them. */
function seenThrough(exchange: Exchange, rules: EventRules): Seen {
  const { headers } = exchange.request;
  const host = header(headers.host ?? (headers[':authority'] as string | undefined));
  const scheme = exchange.encrypted ? 'https' : 'http';
  const hops = readHops(headers, rules.forwardedHeader);
  if (!rules.isTrusted(exchange.peer.address, 0)) {
    return { client: exchange.peer, host, scheme, forwarded: hops.length > 0, balancer: false };
  }
  const { client, walked } = resolveClient(exchange.peer, hops, rules.isTrusted);
  const said: Partial<ForwardedHop> =
    rules.forwardedHeader === 'forwarded'
      ? (hops[hops.length - Math.max(1, walked)] ?? {})
      : { proto: nth(headers['x-forwarded-proto'], walked), host: nth(headers['x-forwarded-host'], walked) };
  const proto = said.proto?.toLowerCase();
  return {
    client,
    host: said.host ?? host,
    scheme: proto === 'https' || proto === 'http' ? proto : scheme,
    forwarded: hops.length > walked,
    balancer: rules.isTrusted(client.address, walked),
  };
}

function readHops(headers: IncomingHttpHeaders, name: 'x-forwarded-for' | 'forwarded'): ForwardedHop[] {
  const text = joined(headers[name]);
  if (text === undefined) return [];
  return name === 'forwarded' ? parseForwarded(text) : parseXForwardedFor(text);
}

/** Of a list that proxies append to, the entry of the outermost trusted one; most send just one, and that is it. */
function nth(value: string | string[] | undefined, walked: number): string | undefined {
  const list = joined(value)?.split(',');
  return list?.[Math.max(0, list.length - Math.max(1, walked))]?.trim() || undefined;
}

function joined(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value.join(',') : value;
  return text === undefined ? undefined : headerText(text);
}

function redactedUrl(url: UrlFields, redactor: Redactor | undefined): UrlFields {
  if (!redactor) return url;
  const fields: UrlFields = { ...url, original: redactor.text(url.original) };
  if (url.query !== undefined) fields.query = redactor.query(url.query);
  return fields;
}

/** The peer of a connection, without the IPv6 spelling of IPv4. */
export function peerOf(socket: { remoteAddress?: string; remotePort?: number }): Hop {
  return { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort };
}

/** The address and port that the client dialled, as this host sees them. */
export function localOf(socket: { localAddress?: string; localPort?: number }): { address?: string; port?: number } {
  const local: { address?: string; port?: number } = {};
  if (socket.localAddress) local.address = plainAddress(socket.localAddress);
  if (socket.localPort) local.port = socket.localPort;
  return local;
}
