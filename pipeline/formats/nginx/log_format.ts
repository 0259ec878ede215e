import { FormatError, type Meaning, type Piece, type Variable } from '../declared/values';

const NUMBER = String.raw`\d+|-`;
const SECONDS = String.raw`\d+(?:\.\d+)?|-`;
const ADDRESS = String.raw`[\w.:%-]+|unix:[^\s"]*`;
const LIST = String.raw`(?:-|[\d.]+)(?:(?:, | : )(?:-|[\d.]+))*`;
const ADDRESSES = String.raw`[^\s",]+(?:(?:, | : )[^\s",]+)*`;
const METHOD = '[A-Z_-]*';

/** nginx's variables whose meaning is known, and their form (nginx.org, "Alphabetical index of variables"). */
const VARIABLES: Readonly<Record<string, [Meaning, string?]>> = {
  remote_addr: ['client', ADDRESS],
  realip_remote_addr: ['peer', ADDRESS],
  remote_port: ['client_port', NUMBER],
  remote_user: ['user'],
  time_local: ['time_clf', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d (?:[+-]\d{4}|[A-Za-z]+)`],
  time_iso8601: ['time_iso', String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d|Z)`],
  msec: ['time_epoch', String.raw`\d+\.\d+`],
  request: ['request'],
  request_method: ['method', METHOD],
  request_uri: ['target'],
  uri: ['path'],
  document_uri: ['path'],
  args: ['query'],
  query_string: ['query'],
  is_args: ['nothing', String.raw`\??|-`],
  server_protocol: ['protocol', String.raw`(?:HTTP\/[\d.]+|-)?`],
  status: ['status', String.raw`\d{3}|-`],
  body_bytes_sent: ['body_bytes', NUMBER],
  bytes_sent: ['bytes', NUMBER],
  request_length: ['request_bytes', NUMBER],
  request_time: ['seconds', SECONDS],
  http_referer: ['referrer'],
  http_user_agent: ['agent'],
  http_x_forwarded_for: ['forwarded_for'],
  proxy_add_x_forwarded_for: ['forwarded_for'],
  host: ['domain'],
  http_host: ['domain'],
  server_name: ['domain'],
  scheme: ['scheme', '[a-z-]*'],
  request_id: ['request_id', '[0-9a-f]*|-'],
  http_x_request_id: ['request_id'],
  http_traceparent: ['traceparent'],
  pid: ['pid', NUMBER],
  connection: ['connection', NUMBER],
  server_addr: ['server_address', ADDRESS],
  server_port: ['server_port', NUMBER],
  ssl_protocol: ['tls_version', String.raw`[\w.-]*`],
  ssl_cipher: ['tls_cipher', String.raw`[\w-]*`],
  proxy_host: ['pool', String.raw`[^\s"]*`],
  upstream_addr: ['upstream_addresses', ADDRESSES],
  upstream_status: ['upstream_statuses', LIST],
  upstream_response_time: ['upstream_seconds', LIST],
  upstream_connect_time: ['upstream_connect_seconds', LIST],
  upstream_header_time: ['upstream_header_seconds', LIST],
};
/** A visitor writes these: what nginx itself has under the same meaning counts before them. */
const WEAK: ReadonlySet<string> = new Set(['server_name', 'http_x_request_id', 'proxy_add_x_forwarded_for']);
/** The forms of those that nginx counts itself: none of them can hold what follows. */
const COUNTED: Readonly<Record<string, string>> = {
  request_completion: '(?:OK|-)?',
  connection_requests: NUMBER,
  connection_time: SECONDS,
  connections_active: NUMBER,
  content_length: String.raw`[^\s"]*`,
  gzip_ratio: SECONDS,
  https: '(?:on|-)?',
  pipe: '[p.]',
  proxy_port: NUMBER,
  proxy_protocol_addr: ADDRESS,
  proxy_protocol_port: NUMBER,
  realip_remote_port: NUMBER,
  ssl_session_reused: '[r.-]?',
  ssl_early_data: '[1-]?',
  upstream_bytes_received: LIST,
  upstream_bytes_sent: LIST,
  upstream_response_length: LIST,
  upstream_queue_time: LIST,
  upstream_cache_status: '[A-Z-]*',
};

export interface NginxFormat {
  /** Literal texts and variables in turn. */
  pieces: Piece[];
  escaping: 'default' | 'json' | 'none';
}

/**
 * A `log_format` directive as it stands in nginx.conf: `log_format <name> [escape=…] '…' '…';`, or its strings alone.
 * @throws FormatError saying what it is not
 */
export function readNginxFormat(text: string): NginxFormat {
  const words = [
    ...text
      .trim()
      .replace(/;\s*$/, '')
      .matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s'"]+)/gs),
  ];
  const strings = words.flatMap(([, single, double]) => single ?? double ?? []);
  const bare = words.flatMap(([, , , word]) => word ?? []);
  const named = bare.find((word) => word.startsWith('escape='))?.slice('escape='.length) ?? 'default';
  if (named !== 'default' && named !== 'json' && named !== 'none') {
    throw new FormatError(`escape=${named} is none of nginx’s: default, json, none`);
  }
  if (strings.length === 0) throw new FormatError('there is no string in it: give log_format with its quoted strings');
  const source = strings.map((one) => one.replace(/\\([tnr'"\\])/g, (_, c: string) => ESCAPES[c] ?? c)).join('');
  return { pieces: piecesOf(source, named), escaping: named };
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

function piecesOf(source: string, escaping: NginxFormat['escaping']): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of source.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)) {
    if (match.index > from) pieces.push(source.slice(from, match.index));
    pieces.push(variable((match[1] ?? match[2]) as string, escaping));
    from = match.index + match[0].length;
  }
  if (from < source.length) pieces.push(source.slice(from));
  return pieces;
}

function variable(name: string, escaping: NginxFormat['escaping']): Variable {
  const [meaning, form = COUNTED[name]] = VARIABLES[name] ?? [undefined];
  // escape=default writes a quote as \x22, escape=json as \": none stands bare in a value.
  const free = escaping === 'none' ? '.*?' : escaping === 'json' ? String.raw`(?:[^"\\]|\\.)*?` : '[^"]*?';
  // What is not there is written as nothing by the other two.
  const given = form === undefined ? free : escaping === 'default' ? form : `(?:${form})?`;
  return { name: `$${name}`, meaning, form: given, ...(WEAK.has(name) ? { weak: true as const } : {}) };
}
