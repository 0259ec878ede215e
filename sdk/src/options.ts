import { hostname } from 'node:os';
import { ConfigurationError } from './errors.js';
import type { BackoffOptions } from './net/backoff.js';
import { parseTarget, type Target } from './net/target.js';
import type { TlsOptions } from './net/tls_options.js';
import type { QueueLimits, QueuePolicy } from './queue/bounded_queue.js';
import type { RedactOptions } from './redact/index.js';
import type { SpoolSettings } from './spool/store.js';
import { FACILITIES, type Facility } from './syslog/rfc5424.js';

export interface ServiceOptions {
  name: string;
  version?: string;
  /** `production`, `staging` … */
  environment?: string;
  /** The name of this instance of the service. */
  node?: string;
}

export interface SpoolOptions {
  /** Several processes may share it. Or `ROTA_SPOOL_DIR`. */
  dir?: string;
  /** Bytes that this transport may use there; 512 MiB when not given. */
  maxBytes?: number;
  /**
   * `overflow` (when not given): events go to disk when memory is full and when the process ends.
   * `write-through`: every event is in the operating system's page cache before the log call returns. Or `ROTA_SPOOL_MODE`.
   */
  mode?: 'overflow' | 'write-through';
}

/** How a transport with `url(s)` ships. All of it has defaults except the address. */
export interface ShippingOptions {
  /** Where to send: `relp://host:port`, `relps://`, `tcp://`, `tls://`, `udp://`, `unix:///path`. Or `ROTA_URL`. */
  url?: string;
  /** Several receivers: the first that works is used. Or `ROTA_URL` with commas. */
  urls?: readonly string[];
  /** Name, or name and more, of the service (ECS `service.*`). Or `ROTA_SERVICE`, `ROTA_SERVICE_VERSION`, `ROTA_ENVIRONMENT`. */
  service?: string | ServiceOptions;
  tls?: TlsOptions;
  queue?: Partial<QueueLimits>;
  /** Messages sent and not acknowledged yet, over RELP. 1,000 when not given. */
  window?: number;
  /** A folder on disk for what memory cannot hold and for what is unsent when the process ends. Or `ROTA_SPOOL_DIR`. */
  spool?: string | SpoolOptions;
  connectTimeoutMs?: number;
  /** A RELP receiver that acknowledges nothing for so long is given up and connected again. 60,000 when not given. */
  ackTimeoutMs?: number;
  backoff?: Partial<BackoffOptions>;
  /** How long the end of the process may wait for what is unsent. 3,000 when not given. */
  exitTimeoutMs?: number;
  /** How often a `rota.sdk` stats event is sent; 0 for never but at close. 30,000 when not given. */
  statsIntervalMs?: number;
  /** The longest message (header included) in bytes; longer ones are cut. Not above the receiver's maxMessageSize. */
  maxMessageBytes?: number;
  /** `rota.tier` of the events; `webapp` when not given. */
  tier?: 'lb' | 'frontend' | 'webapp' | 'log';
  /** `host.name` and the header's HOSTNAME. Or `ROTA_HOSTNAME`; the machine's own name when not given. */
  hostname?: string;
  facility?: Facility;
  /** The private enterprise number of the mark on repeated messages. 32473 (documentation) when not given. */
  enterpriseId?: number;
  /** What is sent as MSG: an ECS document, or the text that winston's format made. `ecs` when not given. */
  body?: 'ecs' | 'message';
  /** What is kept out of the logs; see RedactOptions. On with its defaults when not given, false turns it off. */
  redact?: RedactOptions | false;
  /** Adds or replaces fields in every event. */
  fields?: Readonly<Record<string, unknown>>;
}

export interface Settings {
  targets: Target[];
  service: ServiceOptions;
  tls: TlsOptions;
  queue: QueueLimits;
  spool: SpoolSettings | undefined;
  window: number;
  connectTimeoutMs: number;
  ackTimeoutMs: number;
  backoff: BackoffOptions;
  exitTimeoutMs: number;
  statsIntervalMs: number;
  maxMessageBytes: number;
  tier: string;
  hostname: string;
  facility: Facility;
  enterpriseId: number;
  body: 'ecs' | 'message';
  redact: RedactOptions | false;
  fields: Readonly<Record<string, unknown>>;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Options over environment variables over defaults.
 * @throws ConfigurationError with a code `ROTA_CONFIG_*`
 */
export function resolveSettings(options: ShippingOptions, env: Env = process.env): Settings {
  const targets = addresses(options, env).map(parseTarget);
  const udp = targets.some((target) => target.scheme === 'udp');
  return {
    targets,
    service: service(options, env),
    tls: tlsSettings(options, env),
    queue: {
      maxEvents: count('queue.maxEvents', options.queue?.maxEvents, 100_000, 1),
      maxBytes: count('queue.maxBytes', options.queue?.maxBytes, 64 * 1024 * 1024, 1024),
      policy: policy(options.queue?.policy),
    },
    spool: spool(options, env),
    window: count('window', options.window, 1000, 1),
    connectTimeoutMs: count('connectTimeoutMs', options.connectTimeoutMs, 10_000, 1),
    ackTimeoutMs: count('ackTimeoutMs', options.ackTimeoutMs, 60_000, 1),
    backoff: {
      minMs: count('backoff.minMs', options.backoff?.minMs, 100, 1),
      maxMs: count('backoff.maxMs', options.backoff?.maxMs, 30_000, 1),
    },
    exitTimeoutMs: count('exitTimeoutMs', options.exitTimeoutMs, 3000, 0),
    statsIntervalMs: count('statsIntervalMs', options.statsIntervalMs, 30_000, 0),
    maxMessageBytes: count('maxMessageBytes', options.maxMessageBytes, udp ? 65_507 : 65_536, 1024),
    tier: options.tier ?? 'webapp',
    hostname: options.hostname ?? env.ROTA_HOSTNAME ?? hostname(),
    facility: facility(options.facility),
    enterpriseId: count('enterpriseId', options.enterpriseId, 32_473, 1),
    body: options.body ?? 'ecs',
    redact: options.redact ?? {},
    fields: options.fields ?? {},
  };
}

function addresses(options: ShippingOptions, env: Env): readonly string[] {
  const fromEnv =
    env.ROTA_URL?.split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '') ?? [];
  const list = options.urls ?? (options.url === undefined ? fromEnv : [options.url]);
  if (list.length > 0) return list;
  throw new ConfigurationError(
    'ROTA_CONFIG_URL_MISSING',
    'There is no address to send logs to. Give the option url (for example relp://logs.example.com:2514) or set ROTA_URL.',
  );
}

function service(options: ShippingOptions, env: Env): ServiceOptions {
  const given: Partial<ServiceOptions> =
    typeof options.service === 'string' ? { name: options.service } : (options.service ?? {});
  const name = given.name ?? env.ROTA_SERVICE;
  if (typeof name !== 'string' || name === '') {
    throw new ConfigurationError(
      'ROTA_CONFIG_SERVICE',
      'The service has no name. Give the option service (for example "shop") or set ROTA_SERVICE.',
    );
  }
  return {
    name,
    version: given.version ?? env.ROTA_SERVICE_VERSION,
    environment: given.environment ?? env.ROTA_ENVIRONMENT,
    node: given.node,
  };
}

function tlsSettings(options: ShippingOptions, env: Env): TlsOptions {
  return {
    caFile: env.ROTA_TLS_CA,
    certFile: env.ROTA_TLS_CERT,
    keyFile: env.ROTA_TLS_KEY,
    servername: env.ROTA_TLS_SERVERNAME,
    ...options.tls,
  };
}

function spool(options: ShippingOptions, env: Env): SpoolSettings | undefined {
  const given: SpoolOptions = typeof options.spool === 'string' ? { dir: options.spool } : (options.spool ?? {});
  const dir = given.dir ?? env.ROTA_SPOOL_DIR;
  if (dir === undefined || dir === '') return undefined;
  const mode = given.mode ?? env.ROTA_SPOOL_MODE ?? 'overflow';
  if (mode !== 'overflow' && mode !== 'write-through') {
    throw new ConfigurationError(
      'ROTA_CONFIG_SPOOL',
      `The option spool.mode is "${mode}". Use overflow or write-through.`,
    );
  }
  const maxBytes = count('spool.maxBytes', given.maxBytes, 512 * 1024 * 1024, 64 * 1024);
  return { dir, mode, maxBytes, segmentBytes: Math.min(8 * 1024 * 1024, Math.floor(maxBytes / 8)) };
}

function count(name: string, value: number | undefined, otherwise: number, least: number): number {
  if (value === undefined) return otherwise;
  if (Number.isFinite(value) && value >= least) return Math.floor(value);
  throw new ConfigurationError(
    'ROTA_CONFIG_NUMBER',
    `The option ${name} is ${String(value)}. Give a number of at least ${least}.`,
  );
}

function policy(value: QueuePolicy | undefined): QueuePolicy {
  if (value === undefined) return 'drop-oldest';
  if (value === 'drop-oldest' || value === 'drop-newest' || value === 'wait') return value;
  throw new ConfigurationError(
    'ROTA_CONFIG_POLICY',
    `The option queue.policy is "${String(value)}". Use drop-oldest, drop-newest or wait.`,
  );
}

function facility(value: Facility | undefined): Facility {
  if (value === undefined) return 'local0';
  if (FACILITIES.includes(value)) return value;
  throw new ConfigurationError(
    'ROTA_CONFIG_FACILITY',
    `The option facility is "${String(value)}". Use one of ${FACILITIES.join(', ')}.`,
  );
}
