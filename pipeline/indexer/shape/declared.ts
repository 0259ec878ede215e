import type { Declared } from '../../formats/declared/formats_file';
import type { DeclaredValues } from '../../formats/declared/values';
import { type Access, accessDocument } from './access_document';
import { addAttempts } from './attempts';
import { child, put } from './document';
import { forwardedIp, hopAddress, isHopList } from './forwarded';
import { given, type RequestLine, requestLine, secondsToNs, traceId, whole } from './http_fields';
import type { Line } from './line';
import { localOffset } from './line_time';
import type { ShapeSettings } from './settings';
import type { Json, JsonObject } from './shaped';
import { clfTime, epochTime, haproxyTime, utc } from './times';

const TIERS = { nginx: 'frontend', gunicorn: 'webapp', haproxy: 'lb' } as const;

/** A line of a declared format. @returns undefined when it does not fit */
export function declaredDocument(
  line: Line,
  format: Declared,
  id: string,
  settings: ShapeSettings,
): JsonObject | undefined {
  const found = format.read(line.text);
  if (!found) return undefined;
  const { values, named } = found;
  const status = whole(values.status);
  const access: Access = {
    dataset: format.dataset,
    module: format.program,
    tier: TIERS[format.program],
    id,
    timestamp: timeOf(line, values, settings),
    ...clientOf(values),
    user: values.user,
    request: requestOf(values),
    status: status === undefined || status < 100 ? undefined : status,
    bodyBytes: whole(values.body_bytes),
    referrer: values.referrer,
    agent: values.agent,
    agentNotLogged: !format.pieces.some((piece) => typeof piece === 'object' && piece.meaning === 'agent'),
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
  addRest(doc, values, named, format);
  return doc;
}

function definite<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}

/** @returns undefined where the line has no time, or none that can be read: its receipt counts then */
function timeOf(line: Line, values: DeclaredValues['values'], settings: ShapeSettings): string | undefined {
  const { time_clf: clf, time_iso: iso, time_epoch: epoch, time_haproxy: haproxy } = values;
  if (epoch !== undefined) return epochTime(epoch);
  if (iso !== undefined) return utc(iso);
  if (clf !== undefined) return clfTime(clf.replace(/^\[(.*)\]$/, '$1'));
  return haproxy === undefined ? undefined : haproxyTime(haproxy, localOffset(line, settings));
}

function clientOf({ client, client_port: port }: DeclaredValues['values']): Pick<Access, 'client' | 'clientPort'> {
  if (client === undefined) return { client: undefined };
  const address = hopAddress(client);
  const number = whole(port ?? (address === client ? undefined : /:(\d{1,5})$/.exec(client)?.[1]));
  return { client: address, ...definite('clientPort', number) };
}

function requestOf({ request, method, target, path, query, protocol }: DeclaredValues['values']): RequestLine {
  if (request !== undefined) return requestLine(request);
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
function durationOf({ microseconds, milliseconds, seconds }: DeclaredValues['values']): number | undefined {
  const us = whole(microseconds);
  if (us !== undefined) return us * 1000;
  if (seconds?.includes('.')) return secondsToNs(seconds);
  const ms = whole(milliseconds?.replace('+', ''));
  return ms === undefined ? secondsToNs(seconds) : ms * 1e6;
}

function addRest(
  doc: JsonObject,
  values: DeclaredValues['values'],
  named: Record<string, string>,
  format: Declared,
): void {
  addAttempts(doc, {
    ...definite('addresses', values.upstream_addresses),
    ...definite('statuses', values.upstream_statuses),
    ...definite('connects', values.upstream_connect_seconds),
    ...definite('headers', values.upstream_header_seconds),
    ...definite('durations', values.upstream_seconds),
  });
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
  if (format.program === 'haproxy') addHaproxy(doc, values, bytes);
  const extra: Record<string, Json> = { ...named };
  if (values.forwarded_for !== undefined && forwarded === undefined) extra['x_forwarded_for'] = values.forwarded_for;
  if (Object.keys(extra).length > 0) child(doc, 'rota')['extra'] = extra;
}

function addHaproxy(doc: JsonObject, values: DeclaredValues['values'], bytes: number | undefined): void {
  const haproxy: JsonObject = { mode: 'HTTP' };
  put(haproxy, 'frontend_name', values.frontend?.replace(/~$/, ''));
  put(haproxy, 'backend_name', values.backend);
  put(haproxy, 'server_name', given(values.server));
  put(haproxy, 'bytes_read', bytes);
  put(haproxy, 'termination_state', values.termination);
  doc['haproxy'] = haproxy;
  put(child(doc, 'rota'), 'pool', values.backend);
}
