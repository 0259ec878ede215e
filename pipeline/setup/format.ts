import { parseArgs } from 'node:util';
import { compile } from '../formats/declared/compile';
import { declare } from '../formats/declared/formats_file';
import { FormatError, type Meaning, type Piece, type Variable } from '../formats/declared/values';
import { SettingsError } from '../indexer/errors';

export const FORMAT_USAGE = `rota-setup format --nginx|--gunicorn|--haproxy FORMAT

Shows what Rota understands of a log format, in the words of the program that writes it, and tries it on the lines of standard
input: tail -n 20 access.log | rota-setup format --nginx "log_format …;"

  --nginx FORMAT     the log_format directive, as it stands in nginx.conf
  --gunicorn FORMAT  access_log_format
  --haproxy FORMAT   log-format
`;

/** What each meaning becomes in a document. */
const FIELDS: Readonly<Record<Meaning, string>> = {
  client: 'source.ip, client.ip',
  client_port: 'source.port, client.port',
  peer: '(who connected: tells probes)',
  user: 'user.name',
  time_clf: '@timestamp',
  time_iso: '@timestamp',
  time_epoch: '@timestamp',
  time_epoch_ms: '@timestamp',
  time_epoch_us: '@timestamp',
  time_plain: '@timestamp (local: see ROTA_ZONES)',
  time: '@timestamp',
  time_haproxy: '@timestamp (local: see ROTA_ZONES)',
  request: 'http.request.method, url.*, http.version',
  method: 'http.request.method',
  target: 'url.*',
  path: 'url.path',
  query: 'url.query',
  protocol: 'http.version',
  status: 'http.response.status_code',
  body_bytes: 'http.response.body.bytes',
  bytes: 'http.response.bytes',
  request_bytes: 'http.request.bytes',
  seconds: 'event.duration',
  milliseconds: 'event.duration',
  microseconds: 'event.duration',
  nanoseconds: 'event.duration',
  referrer: 'http.request.referrer',
  agent: 'user_agent.*',
  forwarded_for: 'network.forwarded_ip',
  domain: 'url.domain',
  scheme: 'url.scheme',
  request_id: 'http.request.id',
  traceparent: 'trace.id',
  pid: 'process.pid',
  upstream_addresses: 'rota.upstream.address, rota.attempts',
  upstream_statuses: 'rota.upstream.status_code, rota.attempts',
  upstream_seconds: 'rota.upstream.duration, rota.attempts',
  upstream_connect_seconds: 'rota.upstream.connect_duration',
  upstream_header_seconds: 'rota.upstream.header_duration',
  connection: 'nginx.error.connection_id',
  server_address: 'server.address',
  server_port: 'server.port',
  tls_version: 'tls.version, tls.version_protocol',
  tls_cipher: 'tls.cipher',
  completion: 'event.reason',
  pool: 'rota.pool',
  level: 'log.level',
  logger: 'log.logger',
  message: 'message',
  tid: 'process.thread.id',
  frontend: 'haproxy.frontend_name',
  backend: 'haproxy.backend_name, rota.pool',
  server: 'haproxy.server_name',
  termination: 'haproxy.termination_state',
  nothing: '(says nothing)',
};

/** What pages cannot show without it, and the variable that would tell it. */
const WANTED: readonly [readonly Meaning[], string, Partial<Record<string, string>>][] = [
  [
    ['time_clf', 'time_iso', 'time_epoch', 'time_haproxy'],
    'times are those of reading',
    { nginx: '$msec', gunicorn: '%(t)s', haproxy: '%tr' },
  ],
  [['status'], 'no page can count errors', { nginx: '$status', gunicorn: '%(s)s', haproxy: '%ST' }],
  [
    ['upstream_addresses', 'server'],
    'Rotation does not know whose turn it was',
    { nginx: '$upstream_addr', haproxy: '%s' },
  ],
  [
    ['seconds', 'milliseconds', 'microseconds'],
    'latency is not known',
    { nginx: '$request_time', gunicorn: '%(D)s', haproxy: '%Ta' },
  ],
];

/**
 * @param lines to try the format on
 * @returns what to print, and whether every line fits
 * @throws SettingsError when there is no such format
 */
export function tryFormat(argv: readonly string[], lines: readonly string[]): { text: string; fits: boolean } {
  const [program, format] = readArguments(argv);
  const { pieces, read } = declared(program, format);
  const variables = pieces.filter((piece): piece is Variable => typeof piece !== 'string');
  const text = [...understood(variables), ...lacking(program, variables)];
  const misfits = lines.flatMap((line, n) =>
    read(line) ? [] : [`line ${n + 1} does not fit: ${whereItStops(pieces, line)}`],
  );
  const tried = lines.length === 0 ? [] : [`${lines.length - misfits.length} of ${lines.length} lines fit`, ...misfits];
  return { text: `${[...text, ...tried].join('\n')}\n`, fits: misfits.length === 0 };
}

function readArguments(argv: readonly string[]): [string, string] {
  const string = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ args: [...argv], options: { nginx: string, gunicorn: string, haproxy: string } });
    const given = Object.entries(values) as [string, string][];
    if (given.length === 1) return given[0] as [string, string];
  } catch (error) {
    throw new SettingsError('rota-setup format', `${(error as Error).message}. See rota-setup format --help.`);
  }
  throw new SettingsError('rota-setup format', 'give one of --nginx, --gunicorn, --haproxy with its format');
}

function declared(program: string, format: string) {
  try {
    return declare(program, format);
  } catch (error) {
    if (error instanceof FormatError) throw new SettingsError(`--${program}`, error.message);
    throw error;
  }
}

function understood(variables: readonly Variable[]): string[] {
  return variables.map(({ name, meaning }) => {
    const field = meaning === undefined ? `rota.extra: kept under its own name` : FIELDS[meaning];
    return `${name.padEnd(32)}  ${field}`;
  });
}

function lacking(program: string, variables: readonly Variable[]): string[] {
  return WANTED.flatMap(([meanings, what, names]) => {
    const name = names[program];
    if (name === undefined || variables.some(({ meaning }) => meaning !== undefined && meanings.includes(meaning)))
      return [];
    return [`not known: ${what}; ${name} would tell`];
  });
}

/** The first variable or text that a line does not have, and what it has there. */
function whereItStops(pieces: readonly Piece[], line: string): string {
  if (line.trimStart().startsWith('{') !== (typeof pieces[0] === 'string' && pieces[0].trimStart().startsWith('{'))) {
    return line.trimStart().startsWith('{') ? 'it is JSON' : 'it is no JSON';
  }
  for (let count = pieces.length - 1; count > 0; count--) {
    const some = pieces.slice(0, count);
    if (some.every((piece) => typeof piece === 'string')) break;
    const beginning = compile([...some, { name: 'rest', meaning: undefined, form: '.*' }], (text) => text)(line);
    if (!beginning) continue;
    const next = pieces[count] as Piece;
    const rest = beginning.named['rest'] ?? '';
    return `${typeof next === 'string' ? `"${next}"` : next.name} is wanted where it ${rest === '' ? 'ends' : `has "${rest.slice(0, 40)}"`}`;
  }
  return `it begins with "${line.slice(0, 40)}"`;
}
