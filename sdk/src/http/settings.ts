import { ConfigurationError } from '../errors.js';
import { createRedactor } from '../redact/index.js';
import type { EventRules } from './access_event.js';
import { compileHealthRules, defaultHealthRules } from './health_rules.js';
import type { Outcome, RequestLoggerOptions } from './options.js';
import { compileTrust, type TrustProxy, UnreadableAddress } from './trusted_proxies.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What the recorder works by: every option checked and compiled. */
export interface RequestSettings {
  rules: EventRules;
  /** Lower case; undefined when no id is taken from requests. */
  requestIdHeader: string | undefined;
  /** Undefined when the id is not sent back. */
  responseHeader: string | undefined;
  callbacks: Pick<RequestLoggerOptions, 'makeRequestId' | 'span' | 'skip' | 'fields'>;
  server: { address?: string; port?: number };
}

const KNOWN: Record<keyof RequestLoggerOptions, true> = {
  trustProxy: true,
  forwardedHeader: true,
  requestIdHeader: true,
  makeRequestId: true,
  responseHeader: true,
  span: true,
  healthChecks: true,
  healthDefaults: true,
  skip: true,
  fields: true,
  level: true,
  server: true,
  redact: true,
};

/** A header's name: a token of RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

/**
 * Checks and compiles the options; `ROTA_TRUST_PROXY` (a number, or a comma list) stands in for `trustProxy`.
 * @throws ConfigurationError with a code `ROTA_CONFIG_*`
 */
export function requestSettings(options: RequestLoggerOptions, env: Env = process.env): RequestSettings {
  for (const name of Object.keys(options)) {
    if (!(name in KNOWN)) {
      throw wrong('UNKNOWN', `requestLogger has no option ${name}. It has ${Object.keys(KNOWN).join(', ')}.`);
    }
  }
  const { makeRequestId, span, skip, fields } = options;
  for (const [name, value] of Object.entries({ makeRequestId, span, skip, fields, level: options.level })) {
    if (value !== undefined && typeof value !== 'function')
      throw wrong('OPTION', `The option ${name} must be a function.`);
  }
  const idHeader = options.requestIdHeader ?? 'x-request-id';
  const requestIdHeader = idHeader === false ? undefined : headerName('requestIdHeader', idHeader).toLowerCase();
  return {
    rules: rulesOf(options, env),
    requestIdHeader,
    responseHeader: responseHeader(options.responseHeader ?? false, requestIdHeader),
    callbacks: { makeRequestId, span, skip, fields },
    server: options.server ?? {},
  };
}

function rulesOf(options: RequestLoggerOptions, env: Env): EventRules {
  const defaults = options.healthDefaults === false ? [] : defaultHealthRules(env);
  const forwardedHeader = options.forwardedHeader ?? 'x-forwarded-for';
  if (forwardedHeader !== 'x-forwarded-for' && forwardedHeader !== 'forwarded') {
    throw wrong(
      'OPTION',
      `The option forwardedHeader is "${String(forwardedHeader)}". Use x-forwarded-for or forwarded.`,
    );
  }
  return {
    isTrusted: addressesIn('trustProxy', () =>
      compileTrust(trust(options.trustProxy ?? fromEnv(env['ROTA_TRUST_PROXY']))),
    ),
    forwardedHeader,
    isHealthCheck: addressesIn('healthChecks', () =>
      compileHealthRules([...defaults, ...(options.healthChecks ?? [])]),
    ),
    level: options.level ?? defaultLevel,
    redactor: options.redact === false ? undefined : createRedactor(options.redact),
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
