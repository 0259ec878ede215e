import { hostname } from 'node:os';
import { asError, ConfigurationError } from '../errors.js';
import type { BackoffOptions } from '../net/backoff.js';
import { isSecure, parseTarget, type Target } from '../net/target.js';
import type { TlsOptions } from '../net/tls_source.js';
import { MAX_DATAGRAM } from '../net/udp_socket.js';
import type { QueueLimits } from '../queue/bounded_queue.js';
import type { RedactOptions } from '../redact/index.js';
import type { SpoolSettings } from '../spool/store.js';
import type { Facility } from '../syslog/rfc5424.js';
import { type Env, OptionReader } from './option_reader.js';
import { REDACT_ROWS, SHIPPING_ROWS } from './option_table.js';

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
  /** Bytes that this transport may use there; 512 MiB when not given. Or `ROTA_SPOOL_MAX_BYTES`. */
  maxBytes?: number;
  /**
   * `overflow` (when not given): events go to disk when memory is full and when the process ends.
   * `write-through`: every event is in the operating system's page cache before the log call returns. Or `ROTA_SPOOL_MODE`.
   */
  mode?: 'overflow' | 'write-through';
}

/**
 * How a transport with `url(s)` ships. All of it has defaults except the address and the service's name. Whatever text can
 * say may also stand in a `ROTA_*` variable; docs/sdk.md has the list.
 */
export interface ShippingOptions {
  /**
   * Where to send: `relp://host:port`, `relps://`, `tcp://`, `tls://`, `udp://`, `unix:///path`. Or `ROTA_URL`. `console`, or none in
   * `createLogger`, prints the lines.
   */
  url?: string;
  /** Several receivers: the first that works is used. Or `ROTA_URL` with commas. */
  urls?: readonly string[];
  /** Name, or name and more, of the service (ECS `service.*`). Or `ROTA_SERVICE`, `ROTA_SERVICE_VERSION`, `ROTA_ENVIRONMENT`. */
  service?: string | ServiceOptions;
  /** Allows TLS and plaintext receivers in one list: whoever can cut the one on its way reads the other. */
  plaintextFallback?: boolean;
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
  /** `rota.tier` of the events; `webapp` when not given. Or `ROTA_TIER`. */
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

type Reader = OptionReader<typeof SHIPPING_ROWS>;

/**
 * Options over environment variables over defaults. Names that it does not know are the caller's to refuse.
 * @throws ConfigurationError with a code `ROTA_CONFIG_*`
 */
export function resolveSettings(options: ShippingOptions, env: Env = process.env): Settings {
  return resolve(options, env, false);
}

/** The same for the console, which needs neither an address nor the service's name. */
export function consoleSettings(options: ShippingOptions, env: Env = process.env): Settings {
  return resolve(options, env, true);
}

function resolve(options: ShippingOptions, env: Env, isLocal: boolean): Settings {
  const read = new OptionReader(SHIPPING_ROWS, options, env);
  const targets = isLocal ? [] : addresses(read, options).map(parseTarget);
  if (read.flag('plaintextFallback') !== true) refuseMixed(targets);
  const settings: Settings = {
    targets,
    service: service(read, options, isLocal ? (env['npm_package_name'] ?? 'app') : undefined),
    tls: tlsSettings(read, options),
    queue: {
      maxEvents: read.number('queue.maxEvents'),
      maxBytes: read.number('queue.maxBytes'),
      policy: read.choice('queue.policy'),
    },
    spool: spool(read, options),
    window: read.number('window'),
    connectTimeoutMs: read.number('connectTimeoutMs'),
    ackTimeoutMs: read.number('ackTimeoutMs'),
    backoff: { minMs: read.number('backoff.minMs'), maxMs: read.number('backoff.maxMs') },
    exitTimeoutMs: read.number('exitTimeoutMs'),
    statsIntervalMs: read.number('statsIntervalMs'),
    maxMessageBytes: read.number('maxMessageBytes'),
    tier: read.choice('tier'),
    hostname: read.text('hostname') ?? hostname(),
    facility: read.choice('facility'),
    enterpriseId: read.number('enterpriseId'),
    body: read.choice('body'),
    redact: redactSettings(options, env),
    fields: (read.json('fields') as Settings['fields'] | undefined) ?? {},
  };
  const udp = targets.some((target) => target.scheme === 'udp');
  if (udp) settings.maxMessageBytes = Math.min(settings.maxMessageBytes, MAX_DATAGRAM);
  if (typeof settings.fields !== 'object' || Array.isArray(settings.fields)) {
    throw new ConfigurationError(
      'ROTA_CONFIG_TYPE',
      'The option fields (or ROTA_FIELDS) is no object. Give ECS fields.',
    );
  }
  return settings;
}

/** Whether lines go to the console: `console` stands for an address, or `createLogger` has none at all. */
export function isForConsole(options: ShippingOptions, env: Env = process.env): boolean {
  if (options.urls !== undefined) return false;
  const url = options.url ?? env['ROTA_URL'] ?? '';
  return url === '' || url === 'console';
}

/** What is redacted, for the logger and for the request logger alike. */
export function redactSettings(options: { redact?: RedactOptions | false }, env: Env): RedactOptions | false {
  const { redact } = options;
  if (redact === false) return false;
  const read = new OptionReader(REDACT_ROWS, { redact }, env);
  if (redact === undefined && read.flag('redact') === false) return false;
  const given: RedactOptions = {
    names: read.list('redact.names'),
    paths: read.list('redact.paths'),
    keep: read.list('redact.keep'),
    patterns: patterns(read.json('redact.patterns')),
    text: read.flag('redact.text'),
    defaults: read.flag('redact.defaults'),
    replacement: read.text('redact.replacement'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** From the environment they come as sources. */
function patterns(given: unknown): readonly RegExp[] | undefined {
  if (!Array.isArray(given)) return given as readonly RegExp[] | undefined;
  try {
    return given.map((one) => (typeof one === 'string' ? new RegExp(one) : one));
  } catch (error) {
    throw new ConfigurationError(
      'ROTA_CONFIG_REDACT',
      `A pattern of redact.patterns does not compile (${asError(error).message}). Give regular expressions.`,
    );
  }
}

function addresses(read: Reader, options: ShippingOptions): readonly string[] {
  const listed = options.urls ?? (options.url === undefined ? read.text('url')?.split(',') : [options.url]);
  const list = (listed ?? []).map((part) => String(part).trim()).filter((part) => part !== '');
  if (list.length > 0) return list;
  throw new ConfigurationError(
    'ROTA_CONFIG_URL_MISSING',
    'There is no address to send logs to. Give the option url (for example relp://logs.example.com:2514) or set ROTA_URL.',
  );
}

/** Logs that must not be read on the way would be, as soon as somebody disturbs the TLS receivers. */
function refuseMixed(targets: readonly Target[]): void {
  const secure = targets.find(({ scheme }) => isSecure(scheme));
  const plain = targets.find(({ scheme }) => !isSecure(scheme) && scheme !== 'unix');
  if (secure === undefined || plain === undefined) return;
  throw new ConfigurationError(
    'ROTA_CONFIG_MIXED',
    `${secure.label} is with TLS and ${plain.label} is not: when the one fails, the logs would go to the other for everyone on the way to read. Use addresses with TLS only, or set plaintextFallback (ROTA_PLAINTEXT_FALLBACK) to true.`,
  );
}

function service(read: Reader, options: ShippingOptions, otherwise: string | undefined): ServiceOptions {
  const name = (typeof options.service === 'string' ? options.service : read.text('service.name')) ?? otherwise;
  if (name === undefined || name === '') {
    throw new ConfigurationError(
      'ROTA_CONFIG_SERVICE',
      'The service has no name. Give the option service (for example "shop") or set ROTA_SERVICE.',
    );
  }
  return {
    name,
    version: read.text('service.version'),
    environment: read.text('service.environment'),
    node: read.text('service.node'),
  };
}

/** PEM given in code goes before files named in the environment. */
function tlsSettings(read: Reader, { tls = {} }: ShippingOptions): TlsOptions {
  return {
    ...tls,
    caFile: tls.ca === undefined ? read.text('tls.caFile') : undefined,
    certFile: tls.cert === undefined ? read.text('tls.certFile') : undefined,
    keyFile: tls.key === undefined ? read.text('tls.keyFile') : undefined,
    passphrase: read.text('tls.passphrase'),
    servername: read.text('tls.servername'),
    minVersion: read.choice<'TLSv1.2' | 'TLSv1.3'>('tls.minVersion'),
    ciphers: read.text('tls.ciphers'),
    rejectUnauthorized: read.flag('tls.rejectUnauthorized'),
  };
}

function spool(read: Reader, options: ShippingOptions): SpoolSettings | undefined {
  const dir = typeof options.spool === 'string' ? options.spool : read.text('spool.dir');
  const maxBytes = read.number('spool.maxBytes');
  const mode = read.choice<SpoolSettings['mode']>('spool.mode');
  if (dir === undefined || dir === '') return undefined;
  return { dir, mode, maxBytes, segmentBytes: Math.min(8 * 1024 * 1024, Math.floor(maxBytes / 8)) };
}
