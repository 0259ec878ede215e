import type { Asked } from '../simulator/network';
import { clfTime, epochSeconds, errorLogTime, seconds } from './clock_text';
import type { Fields, Text } from './line';

/** One try of nginx at an upstream's server. */
export interface Attempt {
  /** The server's address; the upstream's name where no server was live. */
  address: string;
  status: number;
  /** ms; undefined: not reached. */
  connect: number | undefined;
  header: number | undefined;
  duration: number;
}

export interface NginxRequest {
  /** The clock's reading when the request ended. */
  clock: number;
  id: string;
  connection: number;
  nth: number;
  /** The visitor, and who connected. */
  client: string;
  peer: string;
  port: number;
  asked: Asked;
  /** As it came. */
  forwarded: string | undefined;
  status: number;
  bytes: number;
  /** ms */
  duration: number;
  serverPort: number;
  complete: boolean;
  pid: number;
  /** The upstream's name; empty when nginx answered by itself. */
  pool: string;
  attempts: readonly Attempt[];
}

const REQUEST_BYTES = 180;
const HEADER_BYTES = 160;

/** Rota's format (pipeline/nginx/frontend.conf.template). */
export function rotaText(request: NginxRequest): Text {
  const { asked, attempts } = request;
  const over = (of: (attempt: Attempt) => string) => attempts.map(of).join(', ');
  const optional = (ms: number | undefined) => (ms === undefined ? '-' : seconds(ms));
  const text =
    `{"rota":1,"msec":"${epochSeconds(request.clock)}","id":"${request.id}","connection":"${request.connection}","connection_requests":"${request.nth}",` +
    `"remote_addr":"${request.client}","peer":"${request.peer}","remote_port":"${request.port}","remote_user":"",` +
    `"request":"${requestLine(asked)}","status":"${request.status}","body_bytes_sent":"${request.bytes}","bytes_sent":"${request.bytes + HEADER_BYTES}",` +
    `"request_length":"${REQUEST_BYTES}","request_time":"${seconds(request.duration)}","scheme":"http","host":"${asked.host}",` +
    `"server_port":"${request.serverPort}","referer":"","agent":${JSON.stringify(asked.agent ?? '')},` +
    `"forwarded_for":"${request.forwarded ?? ''}","traceparent":"","completion":"${request.complete ? 'OK' : ''}","pid":"${request.pid}",` +
    `"pool":"${request.pool}","upstream_addr":"${over(({ address }) => address)}","upstream_status":"${over(({ status }) => (status === 0 ? '-' : String(status)))}",` +
    `"upstream_connect_time":"${over(({ connect }) => optional(connect))}","upstream_header_time":"${over(({ header }) => optional(header))}",` +
    `"upstream_response_time":"${over(({ duration }) => seconds(duration))}"}`;
  return { text, pid: request.pid };
}

/** Stock `combined`; `extras`: with what sites add to it, so that it tells the upstream and the request's id. */
export function combinedText(request: NginxRequest, extras: boolean): Text {
  const { asked, attempts } = request;
  const fields: Fields = {
    addr: request.client,
    user: '-',
    time: clfTime(request.clock),
    request: requestLine(asked),
    status: String(request.status),
    bytes: String(request.bytes),
    referer: '-',
    agent: asked.agent ?? '-',
  };
  let text = `${request.client} - - [${fields['time']}] "${fields['request']}" ${request.status} ${request.bytes} "-" "${fields['agent']}"`;
  if (extras) {
    const over = (of: (attempt: Attempt) => string) => attempts.map(of).join(', ') || '-';
    fields['extra'] =
      `rt=${seconds(request.duration)} ua="${over(({ address }) => address)}" us="${over(({ status }) => (status === 0 ? '-' : String(status)))}" urt="${over(({ duration }) => seconds(duration))}" id=${request.id}`;
    text += ` ${fields['extra']}`;
  }
  return { text, fields, pid: request.pid };
}

const requestLine = ({ method, path }: Asked) => `${method} ${path} HTTP/1.1`;

export type ErrorWords =
  | 'connect() failed (111: Connection refused) while connecting to upstream'
  | 'upstream timed out (110: Connection timed out) while connecting to upstream'
  | 'upstream timed out (110: Connection timed out) while reading response header from upstream'
  | 'upstream prematurely closed connection while reading response header from upstream'
  | 'upstream server temporarily disabled while connecting to upstream'
  | 'upstream server temporarily disabled while reading response header from upstream'
  | 'no live upstreams while connecting to upstream';

/** A line of nginx's error log about an upstream; `upstream` is a server's address or the upstream's name. */
export function errorText(words: ErrorWords, request: NginxRequest, clock: number, upstream: string): Text {
  const [date = '', time = ''] = errorLogTime(clock).split(' ');
  const level = words.includes('temporarily disabled') ? 'warn' : 'error';
  const { asked, pid, connection, client } = request;
  const context = `${client}, server: _, request: "${requestLine(asked)}", upstream: "http://${upstream}${upstream.startsWith('unix:') ? ':' : ''}${asked.path}", host: "${asked.host}"`;
  const text = `${date} ${time} [${level}] ${pid}#${pid}: *${connection} ${words}, client: ${context}`;
  const id = String(pid);
  const fields = { date, time, level, pid: id, tid: id, connection: String(connection), message: words, context };
  return { text, fields, severity: 3, pid };
}
