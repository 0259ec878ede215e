import { isIP } from 'node:net';
import type { DeclaredValues } from '../../formats/declared/values';
import { type Access, accessDocument, type Written } from './access_document';
import { addAttempts } from './attempts';
import { child, put, startDocument } from './document';
import { forwardedIp, hopAddress, isHopList } from './forwarded';
import { addClient, given, type RequestLine, requestLine, secondsToNs, traceId, urlFields, whole } from './http_fields';
import type { Line } from './line';
import { localOffset } from './line_time';
import type { ShapeSettings } from './settings';
import type { Json, JsonObject } from './shaped';
import { clfTime, epochTime, haproxyTime, plainTime, utc, zonedTime } from './times';

type Values = DeclaredValues['values'];

/** A request, by the meaning of its values. */
export function valuesDocument(
  line: Line,
  written: Written,
  { values, named, logsAgent }: DeclaredValues,
  id: string,
  settings: ShapeSettings,
): JsonObject {
  const status = whole(values.status);
  const { request, user, referrer, agent } = values;
  const access: Access = {
    ...written,
    id,
    timestamp: timeOf(line, values, settings),
    ...clientOf(values),
    user,
    request: request === undefined ? partsOfRequest(values) : requestLine(request),
    status: status === undefined || status < 100 || status > 999 ? undefined : status,
    bodyBytes: whole(values.body_bytes),
    referrer,
    agent,
    agentNotLogged: !logsAgent,
    ...definite('peer', values.peer),
    ...definite('domain', values.domain),
    ...definite('scheme', values.scheme),
    ...definite('requestId', values.request_id),
    ...definite('durationNs', durationOf(values)),
    ...definite('pid', whole(values.pid?.replace(/^<(.*)>$/, '$1'))),
    ...definite(
      'forwardedFor',
      values.forwarded_for !== undefined && isHopList(values.forwarded_for) ? values.forwarded_for : undefined,
    ),
  };
  const doc = accessDocument(line, access, settings);
  addRest(doc, values, written);
  addExtra(doc, values, named);
  return doc;
}

/** What a program says besides requests, by the meaning of its values. */
export function eventDocument(
  line: Line,
  written: Written,
  { values, named }: DeclaredValues,
  id: string,
  settings: ShapeSettings,
): JsonObject {
  const timestamp = timeOf(line, values, settings);
  const doc = startDocument(line, { dataset: written.dataset, id, timestamp, tier: written.tier }, settings);
  doc['message'] = values.message ?? line.text;
  const level = values.level?.toLowerCase();
  if (level !== undefined) child(doc, 'log')['level'] = level;
  if (values.logger !== undefined) child(doc, 'log')['logger'] = values.logger;
  const event = child(doc, 'event');
  event['kind'] = 'event';
  event['category'] = ['web'];
  event['type'] = [level !== undefined && ERRORS.has(level) ? 'error' : 'info'];
  event['module'] = written.module;
  put(event, 'duration', durationOf(values));
  const { client, clientPort } = clientOf(values);
  addClient(doc, client, clientPort);
  const process: JsonObject = {};
  put(process, 'pid', whole(values.pid));
  const tid = whole(values.tid);
  if (tid !== undefined) process['thread'] = { id: tid };
  if (Object.keys(process).length > 0) doc['process'] = process;
  const { method, target, version } = partsOfRequest(values);
  if (target !== undefined) doc['url'] = urlFields(target, method, values.domain);
  const status = whole(values.status);
  if (method !== undefined || status !== undefined) {
    const http: JsonObject = {};
    if (method !== undefined) http['request'] = { method };
    if (status !== undefined) http['response'] = { status_code: status };
    put(http, 'version', version);
    doc['http'] = http;
  }
  addExtra(doc, {}, named);
  return doc;
}

const ERRORS: ReadonlySet<string> = new Set([
  'error',
  'crit',
  'critical',
  'alert',
  'emerg',
  'fatal',
  'panic',
  'dpanic',
]);

function definite<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}

/** @returns undefined where the line has no time, or none that can be read: its receipt counts then */
function timeOf(line: Line, values: Values, settings: ShapeSettings): string | undefined {
  const { time_clf: clf, time_iso: iso, time_epoch: epoch, time_haproxy: haproxy, time_plain: plain } = values;
  if (epoch !== undefined) return epochTime(epoch);
  if (values.time_epoch_us !== undefined) return epochTime(String(Number(values.time_epoch_us) / 1e6));
  if (values.time_epoch_ms !== undefined) return epochTime(String(Number(values.time_epoch_ms) / 1e3));
  if (values.time !== undefined) return zonedTime(values.time);
  if (iso !== undefined) return utc(iso);
  if (clf !== undefined) return clfTime(clf.replace(/^\[(.*)\]$/, '$1'));
  if (haproxy !== undefined) return haproxyTime(haproxy, localOffset(line, settings));
  const [day = '', clock = ''] = plain?.split(/[ T]/) ?? [];
  return plain === undefined ? undefined : plainTime(day, clock, localOffset(line, settings));
}

function clientOf({ client, client_port: port }: Values): Pick<Access, 'client' | 'clientPort'> {
  if (client === undefined) return { client: undefined };
  const address = isIP(client) === 0 ? hopAddress(client) : client;
  const number = whole(port ?? (address === client ? undefined : /:(\d{1,5})$/.exec(client)?.[1]));
  return { client: address, ...definite('clientPort', number) };
}

function partsOfRequest({ method, target, path, query, protocol }: Values): RequestLine {
  const asked =
    target ?? (path === undefined ? undefined : `${path}${query === undefined ? '' : `?${query.replace(/^\?/, '')}`}`);
  const found: RequestLine = {};
  if (method !== undefined) found.method = method;
  if (asked !== undefined) found.target = asked;
  const version = /^HTTP\/(.+)$/.exec(protocol ?? '')?.[1];
  if (version !== undefined) found.version = version;
  return found;
}

/** The most exact of those that the format has. */
function durationOf({ nanoseconds, microseconds, milliseconds, seconds }: Values): number | undefined {
  const ns = whole(nanoseconds);
  if (ns !== undefined) return ns;
  const us = whole(microseconds);
  if (us !== undefined) return us * 1000;
  if (seconds?.includes('.')) return secondsToNs(seconds);
  const ms = whole(milliseconds?.replace('+', ''));
  return ms === undefined ? secondsToNs(seconds) : ms * 1e6;
}

function addRest(doc: JsonObject, values: Values, { tier }: Written): void {
  addAttempts(
    doc,
    {
      ...definite('addresses', values.upstream_addresses),
      ...definite('statuses', values.upstream_statuses),
      ...definite('connects', values.upstream_connect_seconds),
      ...definite('headers', values.upstream_header_seconds),
      ...definite('durations', values.upstream_seconds),
    },
    values.pool,
  );
  const bytes = whole(values.bytes?.replace('+', ''));
  if (bytes !== undefined) child(child(doc, 'http'), 'response')['bytes'] = bytes;
  const asked = whole(values.request_bytes?.replace('+', ''));
  if (asked !== undefined) child(child(doc, 'http'), 'request')['bytes'] = asked;
  const forwarded = forwardedIp(values.forwarded_for);
  if (forwarded !== undefined) doc['network'] = { forwarded_ip: forwarded };
  const trace = traceId(values.traceparent);
  if (trace !== undefined) doc['trace'] = { id: trace };
  const connection = whole(values.connection);
  if (connection !== undefined) doc['nginx'] = { error: { connection_id: connection } };
  const server: JsonObject = {};
  put(server, 'address', values.server_address);
  put(server, 'port', whole(values.server_port));
  if (Object.keys(server).length > 0) doc['server'] = server;
  addTls(doc, values);
  if (tier === 'lb') addBalancer(doc, values, bytes);
  else if (values.pool !== undefined) child(doc, 'rota')['pool'] = values.pool;
}

function addTls(doc: JsonObject, values: Values): void {
  const tls: JsonObject = {};
  put(tls, 'cipher', values.tls_cipher);
  const [, protocol, number] = /^([A-Za-z]+?)v?([\d.]+)$/.exec(values.tls_version ?? '') ?? [];
  put(tls, 'version_protocol', protocol?.toLowerCase());
  put(tls, 'version', number);
  if (Object.keys(tls).length > 0) doc['tls'] = tls;
}

function addExtra(doc: JsonObject, values: Values, named: Record<string, string>): void {
  const extra: Record<string, Json> = { ...named };
  const { forwarded_for: list } = values;
  if (list !== undefined && forwardedIp(list) === undefined) extra['x_forwarded_for'] = list;
  if (Object.keys(extra).length > 0) child(doc, 'rota')['extra'] = extra;
}

/** Of every balancer under the names that HAProxy's have (Elastic's). */
function addBalancer(doc: JsonObject, values: Values, bytes: number | undefined): void {
  const isHttp = [values.request, values.method, values.target, values.path, values.status].some(
    (one) => one !== undefined,
  );
  const haproxy: JsonObject = isHttp ? { mode: 'HTTP' } : {};
  put(haproxy, 'frontend_name', values.frontend?.replace(/~$/, ''));
  put(haproxy, 'backend_name', values.backend);
  put(haproxy, 'server_name', given(values.server));
  put(haproxy, 'bytes_read', bytes);
  put(haproxy, 'termination_state', values.termination);
  if (Object.keys(haproxy).length > 0) doc['haproxy'] = haproxy;
  put(child(doc, 'rota'), 'pool', values.backend);
}
