import { ConfigurationError } from '../errors.js';
import { createRedactor } from '../redact/index.js';
import { type Env, OptionReader, refuseUnknown } from '../settings/option_reader.js';
import { REDACT_ROWS, type Row } from '../settings/option_table.js';
import { redactSettings } from '../settings/options.js';
import type { EventRules } from './access_event.js';
import { compileHealthRules, defaultHealthRules } from './health_rules.js';
import type { Outcome, RequestLoggerOptions, SampleOptions } from './options.js';
import { compileTrust, type TrustProxy, UnreadableAddress } from './trusted_proxies.js';

/** What the recorder works by: every option checked and compiled. */
export interface RequestSettings {
  rules: EventRules;
  /** Lower case; undefined when no id is taken from requests. */
  requestIdHeader: string | undefined;
  /** Undefined when the id is not sent back. */
  responseHeader: string | undefined;
  callbacks: Pick<RequestLoggerOptions, 'makeRequestId' | 'span' | 'skip' | 'fields'>;
  server: { address?: string; port?: number };
  /** Undefined where every request is logged. */
  sample: SampleOptions | undefined;
}

const byCode: Row = { kind: 'code' };

/** Every option of the request logger; docs/sdk_requests.md is tested against it. */
export const REQUEST_ROWS = {
  trustProxy: { kind: 'text', env: 'ROTA_TRUST_PROXY' },
  forwardedHeader: {
    kind: 'choice',
    env: 'ROTA_FORWARDED_HEADER',
    of: ['x-forwarded-for', 'forwarded'],
    otherwise: 'x-forwarded-for',
    code: 'ROTA_CONFIG_OPTION',
  },
  requestIdHeader: { kind: 'text', env: 'ROTA_REQUEST_ID_HEADER' },
  makeRequestId: byCode,
  responseHeader: { kind: 'text', env: 'ROTA_RESPONSE_HEADER' },
  span: byCode,
  healthChecks: byCode,
  healthDefaults: { kind: 'flag', env: 'ROTA_HEALTH_DEFAULTS' },
  skip: byCode,
  fields: byCode,
  level: byCode,
  sample: { kind: 'code', env: 'ROTA_SAMPLE_RATE' },
  server: { kind: 'text', env: 'ROTA_DIAL_ADDRESS' },
  redact: byCode,
} as const satisfies Record<keyof RequestLoggerOptions, Row>;

/** A header's name: a token of RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

/**
 * Checks and compiles the options; `ROTA_TRUST_PROXY` (a number, or a comma list) stands in for `trustProxy`.
 * @throws ConfigurationError with a code `ROTA_CONFIG_*`
 */
export function requestSettings(options: RequestLoggerOptions, env: Env = process.env): RequestSettings {
  refuseUnknown('requestLogger', options, [...Object.keys(REQUEST_ROWS), ...Object.keys(REDACT_ROWS)]);
  const read = new OptionReader(REQUEST_ROWS, options, env);
  const { makeRequestId, span, skip, fields } = options;
  for (const [name, value] of Object.entries({ makeRequestId, span, skip, fields, level: options.level })) {
    if (value !== undefined && typeof value !== 'function')
      throw wrong('OPTION', `The option ${name} must be a function.`);
  }
  const idHeader = options.requestIdHeader ?? switchable(read.text('requestIdHeader')) ?? 'x-request-id';
  const requestIdHeader = idHeader === false ? undefined : headerName('requestIdHeader', idHeader).toLowerCase();
  const sentBack = options.responseHeader ?? switchable(read.text('responseHeader')) ?? false;
  return {
    rules: rulesOf(options, read, env),
    requestIdHeader,
    responseHeader: responseHeader(sentBack, requestIdHeader),
    callbacks: { makeRequestId, span, skip, fields },
    server: options.server ?? dialAddress(read.text('server')),
    sample: sampling(options.sample, env),
  };
}

function sampling(given: RequestLoggerOptions['sample'], env: Env): SampleOptions | undefined {
  const text = env['ROTA_SAMPLE_RATE'] ?? '';
  const sample = given ?? (text === '' ? undefined : Number(text));
  if (sample === undefined) return undefined;
  const { rate, slowMs = 1000 } = typeof sample === 'number' ? { rate: sample } : sample;
  const isShare = typeof rate === 'function' || (typeof rate === 'number' && rate >= 0 && rate <= 1);
  if (!isShare || typeof slowMs !== 'number' || !(slowMs >= 0)) {
    throw wrong(
      'SAMPLE',
      'The option sample (or ROTA_SAMPLE_RATE) is no share. Give a number from 0 to 1, or { rate, slowMs }.',
    );
  }
  return rate === 1 ? undefined : { rate, slowMs };
}

/** `true` and `false` in a variable are what they are in code. */
function switchable(text: string | undefined): string | boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : text;
}

/** `host:port`, `[v6]:port` or a host alone. */
function dialAddress(text: string | undefined): RequestSettings['server'] {
  if (text === undefined) return {};
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text.trim());
  if (match === null) throw wrong('ADDRESS', `ROTA_DIAL_ADDRESS is "${text}". Give host:port, as the proxy dials it.`);
  const address = match[1] ?? match[2];
  return match[3] === undefined ? { address } : { address, port: Number(match[3]) };
}

function rulesOf(options: RequestLoggerOptions, read: OptionReader<typeof REQUEST_ROWS>, env: Env): EventRules {
  const known = options.healthDefaults ?? read.flag('healthDefaults') ?? true;
  const defaults = known ? defaultHealthRules(env) : [];
  const forwardedHeader = read.choice<EventRules['forwardedHeader']>('forwardedHeader');
  const redact = redactSettings(options, env);
  return {
    isTrusted: addressesIn('trustProxy', () =>
      compileTrust(trust(options.trustProxy ?? fromEnv(env['ROTA_TRUST_PROXY']))),
    ),
    forwardedHeader,
    isHealthCheck: addressesIn('healthChecks', () =>
      compileHealthRules([...defaults, ...(options.healthChecks ?? [])]),
    ),
    level: options.level ?? defaultLevel,
    redactor: redact === false ? undefined : createRedactor(redact),
  };
}

function trust(given: unknown): TrustProxy {
  if (given === undefined || given === false) return false;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0) return given;
  if (Array.isArray(given) && given.every((one) => typeof one === 'string')) return given;
  throw wrong(
    'TRUST_PROXY',
    `The option trustProxy is ${JSON.stringify(given)}. Give the number of proxies in front of this server, or a list of their addresses and networks; to trust everybody would let every client choose its address.`,
  );
}

function fromEnv(text: string | undefined): TrustProxy | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  if (/^\s*\d{1,3}\s*$/.test(text)) return Number(text);
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function addressesIn<T>(option: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof UnreadableAddress)) throw error;
    throw wrong(
      'ADDRESS',
      `"${error.message}" in ${option} is neither an IP address nor a network such as 10.0.0.0/8, nor one of loopback, linklocal, uniquelocal.`,
    );
  }
}

function responseHeader(given: boolean | string, requestIdHeader: string | undefined): string | undefined {
  if (given === false) return undefined;
  return given === true ? (requestIdHeader ?? 'x-request-id') : headerName('responseHeader', given);
}

function headerName(option: string, value: unknown): string {
  if (typeof value === 'string' && TOKEN.test(value)) return value;
  throw wrong(
    'HEADER',
    `The option ${option} is ${JSON.stringify(value)}. Give the name of a header, such as x-request-id.`,
  );
}

/** 5XX are errors, also those of a health check. */
function defaultLevel({ status }: Outcome): string {
  return status !== undefined && status >= 500 ? 'error' : 'info';
}

function wrong(code: string, message: string): ConfigurationError {
  return new ConfigurationError(`ROTA_CONFIG_${code}`, message);
}
