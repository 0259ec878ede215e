import { accessDocument } from './access_document';
import { addAttempts } from './attempts';
import { child, put } from './document';
import { forwardedIp } from './forwarded';
import { given, requestLine, secondsToNs, traceId, whole } from './http_fields';
import type { Line } from './line';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';
import { epochTime } from './times';

/** Members of Rota's nginx format (pipeline/nginx/frontend.conf.template); all values are text. */
type Logged = Record<string, string | undefined>;

/** True for a line of Rota's format, also when its MSG came by another way than an agent. */
export function isRotaNginx(found: JsonObject): boolean {
  return found['rota'] === 1 && typeof found['msec'] === 'string' && typeof found['request'] === 'string';
}

/**
 * The line's own key: the request's id may come from a client that repeats it, and two answers may fall into one
 * millisecond; connection and its request number make the difference.
 */
export function rotaNginxId(line: Line, logged: Logged): string | undefined {
  const { id, msec, connection, connection_requests: nth } = logged;
  if (!id || !msec || !connection || !nth || id.length > 128) return undefined;
  return `${id}-${line.header.h}-${msec}-${connection}-${nth}`;
}

export function rotaNginxDocument(line: Line, logged: Logged, id: string, settings: ShapeSettings): JsonObject {
  const status = whole(logged['status']);
  const doc = accessDocument(
    line,
    {
      dataset: 'nginx.access',
      module: 'nginx',
      tier: 'frontend',
      id,
      timestamp: epochTime(logged['msec'] ?? ''),
      client: given(logged['remote_addr']),
      clientPort: logged['peer'] === logged['remote_addr'] ? whole(logged['remote_port']) : undefined,
      peer: given(logged['peer']),
      forwardedFor: given(logged['forwarded_for']),
      user: given(logged['remote_user']),
      request: requestLine(logged['request'] ?? ''),
      status: status === 0 ? undefined : status,
      bodyBytes: whole(logged['body_bytes_sent']),
      referrer: given(logged['referer']),
      agent: given(logged['agent']),
      domain: given(logged['host']),
      scheme: given(logged['scheme']),
      durationNs: secondsToNs(logged['request_time']),
      requestId: given(logged['id']),
      pid: whole(logged['pid']),
    },
    settings,
  );
  addTransfer(doc, logged);
  const pool = given(logged['pool']);
  put(child(doc, 'rota'), 'pool', pool);
  addAttempts(
    doc,
    {
      addresses: logged['upstream_addr'],
      statuses: logged['upstream_status'],
      connects: logged['upstream_connect_time'],
      headers: logged['upstream_header_time'],
      durations: logged['upstream_response_time'],
    },
    pool,
  );
  addConnection(doc, logged);
  const trace = traceId(logged['traceparent']);
  if (trace !== undefined) doc['trace'] = { id: trace };
  const forwarded = forwardedIp(logged['forwarded_for']);
  if (forwarded !== undefined) doc['network'] = { forwarded_ip: forwarded };
  return doc;
}

function addTransfer(doc: JsonObject, logged: Logged): void {
  const http = child(doc, 'http');
  put(child(http, 'request'), 'bytes', whole(logged['request_length']));
  put(child(http, 'response'), 'bytes', whole(logged['bytes_sent']));
  const server: JsonObject = {};
  put(server, 'address', given(logged['server_addr']));
  put(server, 'port', whole(logged['server_port']));
  if (Object.keys(server).length > 0) doc['server'] = server;
  // The client went away before the answer was complete.
  if (logged['completion'] === '') child(doc, 'event')['reason'] = 'incomplete';
}

/** Under the name that error lines have it: nginx writes no request id there, the connection is all that both know. */
function addConnection(doc: JsonObject, logged: Logged): void {
  const connection = whole(logged['connection']);
  if (connection !== undefined) doc['nginx'] = { error: { connection_id: connection } };
}
