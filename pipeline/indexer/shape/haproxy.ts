import { type HaproxyLine, withoutHashes } from '../../formats/haproxy/line';
import type { Parts } from '../../formats/parts';
import { accessDocument } from './access_document';
import { addTag, child, put, startDocument } from './document';
import { readRota } from './haproxy_rota';
import { addClient, clientFields, given, type RequestLine, requestLine, whole } from './http_fields';
import type { Line } from './line';
import { localOffset } from './line_time';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';
import { addLevel } from './syslog';
import { clfTime, haproxyTime, requestBegin } from './times';

const DATASET = 'haproxy.log';

/** Any line of HAProxy: a request, a connection, what it says of its servers, other words. */
export function haproxyDocument(line: Line, { form, parts }: HaproxyLine, id: string, settings: ShapeSettings) {
  switch (form) {
    case 'http':
      return requestDocument(line, parts, id, settings) ?? messageDocument(line, parts, id, settings);
    case 'tcp':
    case 'connect':
    case 'error':
      return connectionDocument(line, parts, id, settings) ?? messageDocument(line, parts, id, settings);
    case 'about':
      return aboutDocument(line, parts, id, settings);
    default:
      return messageDocument(line, parts, id, settings);
  }
}

function aboutDocument(line: Line, parts: Parts, id: string, settings: ShapeSettings): JsonObject {
  const doc = messageDocument(line, parts, id, settings);
  const { backend, server } = parts;
  put(child(doc, 'event'), 'action', actionOf(parts));
  if (backend !== undefined) child(doc, 'rota')['pool'] = backend;
  const haproxy: JsonObject = {};
  put(haproxy, 'backend_name', backend);
  put(haproxy, 'server_name', server);
  doc['haproxy'] = haproxy;
  if (parts['result'] !== undefined) addTag(doc, 'health_check');
  addReason(doc, parts['detail'] ?? '');
  return doc;
}

/** Free text: what HAProxy says and no form knows. */
function messageDocument(line: Line, parts: Parts, id: string, settings: ShapeSettings): JsonObject {
  const doc = startDocument(line, { dataset: DATASET, id, timestamp: undefined, tier: 'lb' }, settings);
  doc['message'] = parts['text'] ?? line.text;
  const event = child(doc, 'event');
  event['kind'] = 'event';
  event['category'] = ['network'];
  event['type'] = ['info'];
  event['module'] = 'haproxy';
  addLevel(doc, line);
  // Its own word for it, where it stands in the text.
  const level = parts['level'];
  if (level !== undefined) child(doc, 'log')['level'] = level === 'EMERG' ? 'emergency' : level.toLowerCase();
  const pid = whole(parts['pid']);
  if (pid !== undefined) doc['process'] = { pid };
  return doc;
}

/** A connection that carried no request, or none that is logged. */
function connectionDocument(line: Line, parts: Parts, id: string, settings: ShapeSettings): JsonObject | undefined {
  const time = parts['time'];
  const timestamp = time === undefined ? undefined : haproxyTime(time, localOffset(line, settings));
  if (time !== undefined && timestamp === undefined) return undefined;
  const doc = startDocument(line, { dataset: DATASET, id, timestamp, tier: 'lb' }, settings);
  doc['message'] = line.text.trimEnd();
  const event = child(doc, 'event');
  event['kind'] = 'event';
  event['category'] = ['network'];
  event['type'] = ['connection'];
  event['module'] = 'haproxy';
  addLevel(doc, line);
  const failure = parts['failure'];
  if (failure !== undefined) {
    event['outcome'] = 'failure';
    event['reason'] = failure.trimEnd();
  }
  put(event, 'duration', nanoseconds(parts['tt'] ?? parts['ta']));
  const { address, port } = clientOf(parts);
  addClient(doc, address, port);
  if (parts['destination'] !== undefined) {
    const to = splitAddress(parts['destination']);
    if (to.address !== undefined) doc['destination'] = clientFields(to.address, to.port);
  }
  doc['haproxy'] = { ...haproxyFields(parts), mode: parts['mode'] ?? 'TCP' };
  put(child(doc, 'rota'), 'pool', parts['backend']);
  if (parts['extra'] !== undefined) child(child(doc, 'rota'), 'extra')['haproxy'] = parts['extra'];
  addOctavia(doc, parts);
  return doc;
}

/** What Octavia's format says besides. */
function addOctavia(doc: JsonObject, { project, balancer, subject, verify }: Parts): void {
  if (project === undefined || balancer === undefined) return;
  const octavia: JsonObject = { project_id: project, load_balancer_id: balancer };
  put(octavia, 'client_certificate_subject', given(subject));
  put(octavia, 'client_certificate_verify', given(verify));
  child(child(doc, 'rota'), 'extra')['octavia'] = octavia;
}

function actionOf({ state, result, backend, server, detail }: Parts): string | undefined {
  if (state !== undefined) return stateAction(state, detail ?? '');
  if (result !== undefined) return `health_check_${result.replaceAll(' ', '_')}`;
  return backend !== undefined && server === undefined && detail === undefined ? 'no_server_available' : undefined;
}

/** In and out of the pool, whether by checks or by hand: `is DOWN`, `is going DOWN for maintenance`, `is UP/READY (leaving …)`. */
function stateAction(state: string, detail: string): string {
  if (state === 'UP' || state === 'UP/READY') return 'server_up';
  if (state === 'DOWN' || (state === 'going' && detail.startsWith(MAINTENANCE))) return 'server_down';
  return 'server_state_changed';
}

const MAINTENANCE = ' DOWN for maintenance';

/** `, reason: Layer4 timeout, code: 500, info: "…", check duration: 2001ms` */
function addReason(doc: JsonObject, detail: string): void {
  if (detail.startsWith(MAINTENANCE)) child(doc, 'event')['reason'] = 'maintenance';
  const reason = /^[^,]*, reason: (.*?)(?:, check duration: (\d+)ms|\.(?: |$)|, status: |$)/s.exec(detail);
  if (!reason) return;
  const event = child(doc, 'event');
  event['reason'] = reason[1] as string;
  if (reason[2] !== undefined) event['duration'] = Number(reason[2]) * 1e6;
}

function requestDocument(line: Line, parts: Parts, id: string, settings: ShapeSettings): JsonObject | undefined {
  const status = Number(parts['status']);
  const rota = parts['rota'] === undefined ? undefined : readRota(parts['rota']);
  const local = parts['clf_time']
    ? clfTime(parts['clf_time'])
    : haproxyTime(parts['time'] ?? '', localOffset(line, settings));
  if (local === undefined || (parts['status'] !== undefined && !Number.isInteger(status))) return undefined;
  const { address, port } = clientOf(parts);
  const total = milliseconds(parts['ta']);
  const doc = accessDocument(
    line,
    {
      dataset: DATASET,
      module: 'haproxy',
      tier: 'lb',
      id,
      timestamp: rota?.time === undefined ? local : requestBegin(local, rota.time),
      client: address,
      clientPort: port,
      user: undefined,
      request: asked(parts),
      status: status > 0 ? status : undefined,
      bodyBytes: undefined,
      referrer: undefined,
      agent: rota?.agent,
      agentNotLogged: rota === undefined,
      domain: rota?.host,
      durationNs: total === undefined ? undefined : total * 1e6,
      requestId: rota?.requestId,
    },
    settings,
  );
  doc['haproxy'] = haproxyHttpFields(parts);
  const bytes = whole(parts['bytes']?.replace('+', ''));
  if (bytes !== undefined) child(child(doc, 'http'), 'response')['bytes'] = bytes;
  const bytesIn = rota?.bytesIn ?? whole(parts['bytes_in']);
  if (bytesIn !== undefined) child(child(doc, 'http'), 'request')['bytes'] = bytesIn;
  if (parts['cut'] !== undefined) child(doc, 'rota')['truncated'] = true;
  if (parts['extra'] !== undefined) addBehind(doc, parts['extra']);
  if (rota?.trace !== undefined) doc['trace'] = { id: rota.trace };
  addUpstream(doc, parts, rota?.server, status);
  addOctavia(doc, parts);
  return doc;
}

/** A line that was cut holds the method and the beginning of the target. */
function asked({ request, cut }: Parts): RequestLine {
  if (request === '<BADREQ>') return { malformed: request };
  const found = requestLine(withoutHashes(request ?? cut ?? ''));
  return cut === undefined || found.target !== undefined ? found : {};
}

/** httpslog: `<fc err>/<TLS error>/<client certificate's error>/<its authority's>/<resumed> <SNI>/<version>/<cipher>`. */
const HTTPSLOG = /^\S+\/\S+\/\S+\/\S+\/[01] ([^/ ]*)\/([^/ ]*)\/([^/ ]*)$/;

function addBehind(doc: JsonObject, text: string): void {
  const found = HTTPSLOG.exec(text);
  if (!found) {
    child(child(doc, 'rota'), 'extra')['haproxy'] = text;
    return;
  }
  const [, sni, version, cipher] = found.map(given);
  const tls: JsonObject = {};
  put(tls, 'cipher', cipher);
  if (version !== undefined) {
    const [, protocol, number] = /^([A-Za-z]+?)v?([\d.]+)$/.exec(version) ?? [];
    put(tls, 'version_protocol', protocol?.toLowerCase());
    put(tls, 'version', number);
  }
  if (sni !== undefined) tls['client'] = { server_name: sni };
  if (Object.keys(tls).length > 0) doc['tls'] = tls;
}

function addUpstream(doc: JsonObject, parts: Parts, address: string | undefined, status: number): void {
  const rota = child(doc, 'rota');
  put(rota, 'pool', parts['backend']);
  if (parts['server'] === undefined || parts['server'].startsWith('<')) return;
  const upstream: JsonObject = {};
  put(upstream, 'address', address);
  const answered = milliseconds(parts['tresp']);
  // Without response headers the status is HAProxy's own.
  if (answered !== undefined) {
    upstream['status_code'] = status;
    upstream['duration'] = answered * 1e6;
  }
  put(upstream, 'connect_duration', nanoseconds(parts['tc']));
  if (Object.keys(upstream).length > 0) rota['upstream'] = upstream;
}

/** Elastic's names (Filebeat's haproxy module). */
function haproxyFields(parts: Parts): JsonObject {
  const fields: JsonObject = { mode: 'HTTP' };
  put(fields, 'frontend_name', parts['frontend']?.replace(/~$/, ''));
  put(fields, 'bind_name', parts['bind']);
  put(fields, 'backend_name', parts['backend']);
  put(fields, 'server_name', parts['server']);
  put(fields, 'bytes_read', whole(parts['bytes']?.replace('+', '')));
  put(fields, 'termination_state', parts['termination']);
  put(fields, 'total_waiting_time_ms', milliseconds(parts['tw']));
  put(fields, 'connection_wait_time_ms', milliseconds(parts['tc']));
  put(fields, 'server_queue', whole(parts['srvqueue']));
  put(fields, 'backend_queue', whole(parts['beqqueue']));
  const connections: JsonObject = {};
  put(connections, 'active', whole(parts['actconn']));
  put(connections, 'frontend', whole(parts['feconn']));
  put(connections, 'backend', whole(parts['beconn']));
  put(connections, 'server', whole(parts['srvconn']));
  put(connections, 'retries', whole(parts['retries']?.replace('+', '')));
  if (Object.keys(connections).length > 0) fields['connections'] = connections;
  return fields;
}

function haproxyHttpFields(parts: Parts): JsonObject {
  const fields = haproxyFields(parts);
  const request: JsonObject = { raw_request_line: parts['request'] ?? parts['cut'] ?? '' };
  put(request, 'time_wait_ms', milliseconds(parts['tr']));
  put(request, 'time_wait_without_data_ms', milliseconds(parts['tresp']));
  put(request, 'captured_cookie', given(parts['req_cookie']));
  put(request, 'captured_headers', captured(parts['req_headers']));
  const http: JsonObject = { request };
  const response: JsonObject = {};
  put(response, 'captured_cookie', given(parts['res_cookie']));
  put(response, 'captured_headers', captured(parts['res_headers']));
  if (Object.keys(response).length > 0) http['response'] = response;
  fields['http'] = http;
  return fields;
}

function captured(text: string | undefined): string[] | undefined {
  return text === undefined || text === '' ? undefined : text.split('|').map(withoutHashes);
}

/** HAProxy writes -1 for a phase that was not reached, and + before what went on after the line. */
function milliseconds(text: string | undefined): number | undefined {
  return whole(text?.replace('+', ''));
}

function nanoseconds(text: string | undefined): number | undefined {
  const ms = milliseconds(text);
  return ms === undefined ? undefined : ms * 1e6;
}

/** `address:port` in one, or apart. */
function clientOf({ client, address, port }: Parts) {
  return client === undefined ? { address: given(address), port: whole(port) } : splitAddress(client);
}

function splitAddress(text: string): { address: string | undefined; port: number | undefined } {
  const colon = text.lastIndexOf(':');
  if (colon === -1) return { address: given(text), port: undefined };
  const address = text.slice(0, colon);
  return { address: address === 'unix' ? undefined : given(address), port: whole(text.slice(colon + 1)) };
}
