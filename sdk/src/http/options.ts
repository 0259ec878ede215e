import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContextFields } from '../context.js';
import type { RedactOptions } from '../redact/index.js';
import type { HealthRule } from './health_rules.js';
import type { SpanIds } from './traceparent.js';
import type { TrustProxy } from './trusted_proxies.js';

/** What an access event is written to: a winston logger, or anything else with this method. */
export interface AccessLogger {
  log(entry: AccessEntry): unknown;
}

/** One entry as winston takes it: level, message and nested ECS fields side by side. */
export interface AccessEntry {
  level: string;
  message: string;
  [field: string]: unknown;
}

/** How a request ended, for {@link RequestLoggerOptions.level}. */
export interface Outcome {
  /** Undefined when the connection ended before a status was sent. */
  status: number | undefined;
  aborted: boolean;
  healthCheck: boolean;
}

export interface SampleOptions {
  /**
   * The share of ordinary requests that is logged, 0 to 1; a function is asked for each, with its route (`GET /cart/:id`).
   * Failures (400 and above, aborted, with an error) and slow ones are logged always.
   */
  rate: number | ((request: IncomingMessage, route: string) => number);
  /** From how many milliseconds on a request is slow (default 1000). */
  slowMs?: number;
}

export interface RequestLoggerOptions {
  /**
   * Whose word to take for the client's address, host and scheme: the number of proxies in front of this server, or
   * their addresses and networks (`loopback`, `linklocal`, `uniquelocal` are names for such). Default: nobody's.
   */
  trustProxy?: TrustProxy;
  /** The header that these proxies write (default `x-forwarded-for`). Only one is read: the other could be forged. */
  forwardedHeader?: 'x-forwarded-for' | 'forwarded';
  /** The header that carries the request's id (default `x-request-id`). `false`: make one always. */
  requestIdHeader?: string | false;
  /** Makes an id where none came (default: a random UUID). */
  makeRequestId?: (request: IncomingMessage) => string;
  /** Sends the request's id back: `true` in the header it came by, or in the header named (default `false`). */
  responseHeader?: boolean | string;
  /** The trace and span to log, e.g. those of an OpenTelemetry span. Default: from `traceparent`, or a new trace. */
  span?: (request: IncomingMessage) => Partial<SpanIds> | undefined;
  /** Further rules for health checks. Monitors that give their name are known: see `healthDefaults`. */
  healthChecks?: readonly HealthRule[];
  /** Whether kube-probe, ELB-HealthChecker, HAProxy, GoogleHC and others are known by name (default true). */
  healthDefaults?: boolean;
  /** Requests that get no event (and still a context); asked at their end. An upgrade has no response. */
  skip?: (request: IncomingMessage, response: ServerResponse | undefined) => boolean;
  /** Fields to add to the event when the request has ended: nested ECS. They do not replace what is measured. */
  fields?: (request: IncomingMessage, response: ServerResponse | undefined) => ContextFields | undefined;
  /** The level of the event (default: `error` for 5XX, otherwise `info`). */
  level?: (outcome: Outcome) => string;
  /** Logs only a share of the ordinary requests; how many were left out is logged, too. Default: all. */
  sample?: number | SampleOptions;
  /** This server's own address, where what it sees is not what its clients dial (containers, NAT). */
  server?: { address?: string; port?: number };
  /** What to keep out of URLs, referrers, errors and added fields; `false` logs them as they are. */
  redact?: RedactOptions | false;
}
