import { unwrapDocker } from '../wrapper';
import type { DeclaredReader } from './compile';
import { objectsIn } from './json_objects';
import { type DeclaredValues, FormatError, MEANINGS, type Meaning, type Piece, type Variable } from './values';

/** Names that say what they hold and, where it has one, in which unit: nginx's variables, ECS, and what people write. */
const NAMES: Readonly<Partial<Record<Meaning, string>>> = {
  time: '@timestamp timestamp time ts date datetime time_iso8601 time_local msec start_time start_utc startutc',
  client:
    'client client_ip clientip remote_ip remote_addr remote_address source_ip source.ip client.ip src ip client_addr',
  client_port: 'client_port remote_port source_port source.port client.port',
  peer: 'realip_remote_addr peer',
  user: 'user remote_user user.name username',
  request: 'request request_line',
  method: 'method verb request_method http.request.method http_method',
  target: 'uri url target request_uri url.original pathq',
  path: 'path url.path uri_path request_path',
  query: 'query args query_string url.query',
  protocol: 'protocol proto server_protocol http_version http.version',
  status: 'status code status_code response_code http_status http.response.status_code',
  body_bytes: 'body_bytes_sent body_bytes http.response.body.bytes',
  bytes: 'bytes_sent http.response.bytes',
  request_bytes: 'request_length http.request.bytes bytes_received',
  seconds: 'request_time duration_s duration_seconds seconds',
  milliseconds: 'duration_ms latency_ms time_ms took_ms elapsed_ms response_time_ms ms milliseconds',
  microseconds: 'duration_us latency_us microseconds',
  nanoseconds: 'duration_ns event.duration nanoseconds',
  referrer: 'referer referrer http_referer http.request.referrer',
  agent: 'agent user_agent useragent http_user_agent ua user_agent.original',
  forwarded_for: 'x_forwarded_for http_x_forwarded_for xff forwarded_for x-forwarded-for',
  domain: 'host domain http_host server_name url.domain authority vhost',
  scheme: 'scheme url.scheme',
  request_id: 'request_id req_id rid http.request.id',
  traceparent: 'traceparent http_traceparent',
  pid: 'pid process.pid',
  upstream_addresses: 'upstream_addr upstream rota.upstream.address',
  upstream_statuses: 'upstream_status rota.upstream.status_code',
  upstream_seconds: 'upstream_response_time',
  upstream_connect_seconds: 'upstream_connect_time',
  upstream_header_seconds: 'upstream_header_time',
  pool: 'pool backend rota.pool',
  server: 'server haproxy.server_name',
  frontend: 'frontend haproxy.frontend_name',
};
const BY_NAME = new Map(
  Object.entries(NAMES).flatMap(([meaning, names]) =>
    names.split(' ').map((name) => [name, meaning as Meaning] as const),
  ),
);
const ALL: ReadonlySet<string> = new Set(MEANINGS);

/** What a member of JSON says, if its name tells. A `duration` without a unit says nothing. */
export function meaningOf(name: string): Meaning | undefined {
  const plain = name.replace(/^\$/, '').toLowerCase();
  return BY_NAME.get(plain) ?? BY_NAME.get(plain.replace(/^.*\.(?=[^.]+$)/, ''));
}

/** One name, dots for members inside members, or `<name>=<meaning>`. */
function variableOf(entry: string): Variable {
  const equals = entry.lastIndexOf('=');
  const name = equals === -1 ? entry : entry.slice(0, equals);
  if (equals === -1) return { name, meaning: meaningOf(name), form: '' };
  const said = entry.slice(equals + 1);
  const meaning = ALL.has(said) ? (said as Meaning) : BY_NAME.get(said.toLowerCase());
  if (meaning === undefined) throw new FormatError(`"${said}" is no meaning; it may be one of ${MEANINGS.join(', ')}`);
  return { name, meaning, form: '' };
}

/**
 * The members of a JSON line: a list of names, a text with blanks or commas between, or a map of names to meanings.
 * @throws FormatError
 */
export function readJsonFields(given: unknown): Piece[] {
  const entries =
    typeof given === 'string'
      ? given.split(/[\s,]+/).filter((one) => one !== '')
      : Array.isArray(given)
        ? given.map(String)
        : typeof given === 'object' && given !== null
          ? Object.entries(given).map(([name, meaning]) => (meaning === null ? name : `${name}=${String(meaning)}`))
          : [];
  if (entries.length === 0) throw new FormatError('there is no name in it: give the names of the members');
  return entries.map((entry) => variableOf(entry.replace(/^["']|["']$/g, '')));
}

/** Several objects of a line are read as one. A line fits that is JSON and has one of the members at least. */
export function jsonReader(pieces: readonly Piece[]): DeclaredReader {
  const variables = pieces.filter((piece): piece is Variable => typeof piece !== 'string');
  const logsAgent = variables.some(({ meaning }) => meaning === 'agent');
  return (text) => {
    const objects = objectsIn(text);
    if (!objects || (objects[0] && unwrapDocker(objects[0]))) return undefined;
    const values: DeclaredValues['values'] = {};
    const named: Record<string, string> = Object.create(null) as Record<string, string>;
    let isThere = false;
    for (const { name, meaning } of variables) {
      const value = objects.map((one) => memberOf(one, name)).find((one) => one !== undefined);
      if (value === undefined) continue;
      isThere = true;
      const written = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
      if (value === null || written === '' || written === '-') continue;
      if (meaning === undefined) named[name] = written;
      else values[meaning] ??= written;
    }
    return isThere ? { values, named, logsAgent } : undefined;
  };
}

function memberOf(object: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(object, path)) return object[path];
  let node: unknown = object;
  for (const name of path.split('.')) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return undefined;
    node = (node as Record<string, unknown>)[name];
  }
  return node;
}
