import { ALIASES, SEVERITIES } from '../record/levels.js';
import { FACILITIES } from '../syslog/rfc5424.js';

/** How an option is written, in code or as a `ROTA_*` variable, and what holds without it. */
export type Row = { env?: string; code?: string } & (
  | { kind: 'text' | 'flag' | 'list' | 'json'; otherwise?: undefined }
  | { kind: 'number'; least: number; most: number; otherwise: number }
  | { kind: 'choice'; of: readonly string[]; otherwise: string | undefined }
  /** Objects and functions: by code only. */
  | { kind: 'code' }
);

/** What a timer of Node.js takes (24 days); a longer one would go off at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** What a record of the spool holds. */
const LONGEST_MESSAGE = 64 * 1024 * 1024;

const text = (env: string): Row => ({ kind: 'text', env });
const flag = (env: string): Row => ({ kind: 'flag', env });
const list = (env: string): Row => ({ kind: 'list', env });
const number = (env: string, otherwise: number, least = 1, most = Number.MAX_SAFE_INTEGER): Row => ({
  kind: 'number',
  env,
  otherwise,
  least,
  most,
});
const milliseconds = (env: string, otherwise: number, least = 1): Row =>
  number(env, otherwise, least, LONGEST_TIMER_MS);
const choice = (env: string, of: readonly string[], otherwise: string | undefined, code?: string): Row => ({
  kind: 'choice',
  env,
  of,
  otherwise,
  code,
});
const byCode: Row = { kind: 'code' };

export const REDACT_ROWS = {
  redact: flag('ROTA_REDACT'),
  'redact.names': list('ROTA_REDACT_NAMES'),
  'redact.paths': list('ROTA_REDACT_PATHS'),
  'redact.keep': list('ROTA_REDACT_KEEP'),
  'redact.patterns': { kind: 'json', env: 'ROTA_REDACT_PATTERNS' },
  'redact.text': flag('ROTA_REDACT_TEXT'),
  'redact.defaults': flag('ROTA_REDACT_DEFAULTS'),
  'redact.replacement': text('ROTA_REDACT_REPLACEMENT'),
} as const satisfies Record<string, Row>;

/**
 * Every option of a transport with `url(s)`, dotted where one stands inside another. The one place that knows their
 * names: what is not here is refused, and docs/sdk.md is tested against it.
 */
export const SHIPPING_ROWS = {
  url: text('ROTA_URL'),
  urls: byCode,
  service: byCode,
  'service.name': text('ROTA_SERVICE'),
  'service.version': text('ROTA_SERVICE_VERSION'),
  'service.environment': text('ROTA_ENVIRONMENT'),
  'service.node': text('ROTA_SERVICE_NODE'),
  plaintextFallback: flag('ROTA_PLAINTEXT_FALLBACK'),
  tls: byCode,
  'tls.ca': byCode,
  'tls.caFile': text('ROTA_TLS_CA'),
  'tls.cert': byCode,
  'tls.certFile': text('ROTA_TLS_CERT'),
  'tls.key': byCode,
  'tls.keyFile': text('ROTA_TLS_KEY'),
  'tls.passphrase': text('ROTA_TLS_PASSPHRASE'),
  'tls.servername': text('ROTA_TLS_SERVERNAME'),
  'tls.minVersion': choice('ROTA_TLS_MIN_VERSION', ['TLSv1.2', 'TLSv1.3'], 'TLSv1.2'),
  'tls.ciphers': text('ROTA_TLS_CIPHERS'),
  'tls.rejectUnauthorized': flag('ROTA_TLS_REJECT_UNAUTHORIZED'),
  queue: byCode,
  'queue.maxEvents': number('ROTA_QUEUE_MAX_EVENTS', 100_000),
  'queue.maxBytes': number('ROTA_QUEUE_MAX_BYTES', 64 * 1024 * 1024, 1024),
  'queue.policy': choice(
    'ROTA_QUEUE_POLICY',
    ['drop-oldest', 'drop-newest', 'wait'],
    'drop-oldest',
    'ROTA_CONFIG_POLICY',
  ),
  spool: byCode,
  'spool.dir': text('ROTA_SPOOL_DIR'),
  'spool.maxBytes': number('ROTA_SPOOL_MAX_BYTES', 512 * 1024 * 1024, 64 * 1024),
  'spool.mode': choice('ROTA_SPOOL_MODE', ['overflow', 'write-through'], 'overflow', 'ROTA_CONFIG_SPOOL'),
  window: number('ROTA_RELP_WINDOW', 1000),
  connectTimeoutMs: milliseconds('ROTA_CONNECT_TIMEOUT_MS', 10_000),
  ackTimeoutMs: milliseconds('ROTA_ACK_TIMEOUT_MS', 60_000),
  backoff: byCode,
  'backoff.minMs': milliseconds('ROTA_BACKOFF_MIN_MS', 100),
  'backoff.maxMs': milliseconds('ROTA_BACKOFF_MAX_MS', 30_000),
  exitTimeoutMs: milliseconds('ROTA_EXIT_TIMEOUT_MS', 3000, 0),
  statsIntervalMs: milliseconds('ROTA_STATS_INTERVAL_MS', 30_000, 0),
  maxMessageBytes: number('ROTA_MAX_MESSAGE_BYTES', 65_536, 1024, LONGEST_MESSAGE),
  hostname: text('ROTA_HOSTNAME'),
  tier: choice('ROTA_TIER', ['lb', 'frontend', 'webapp', 'log'], 'webapp'),
  facility: choice('ROTA_FACILITY', FACILITIES, 'local0', 'ROTA_CONFIG_FACILITY'),
  enterpriseId: number('ROTA_ENTERPRISE_ID', 32_473),
  body: choice('ROTA_BODY', ['ecs', 'message'], 'ecs'),
  fields: { kind: 'json', env: 'ROTA_FIELDS' },
  ...REDACT_ROWS,
} as const satisfies Record<string, Row>;

/** What `createLogger` takes beside those. */
export const LOGGER_ROWS = {
  level: choice('ROTA_LOG_LEVEL', [...Object.keys(SEVERITIES), ...Object.keys(ALIASES)], 'info', 'ROTA_CONFIG_LEVEL'),
  silent: flag('ROTA_SILENT'),
  format: byCode,
  defaultMeta: byCode,
  transports: byCode,
  handleExceptions: flag('ROTA_HANDLE_EXCEPTIONS'),
  handleRejections: flag('ROTA_HANDLE_REJECTIONS'),
  exceptionHandlers: byCode,
  rejectionHandlers: byCode,
  exitOnError: byCode,
  onWarning: byCode,
} as const satisfies Record<string, Row>;
