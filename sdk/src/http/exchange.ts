import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContextFields, LogContext } from '../context.js';
import type { Hop } from './forwarded.js';
import type { SpanIds } from './traceparent.js';

/** One request and its response while they last. */
export interface Exchange {
  readonly request: IncomingMessage;
  /** Undefined for an upgrade: there the application writes to the socket itself. */
  readonly response: ServerResponse | undefined;
  readonly context: LogContext;
  /** What the context held at the start: as long as nothing was added, the event needs none of it. */
  readonly givenFields: ContextFields;
  readonly id: string;
  readonly span: SpanIds;
  /** The span that called us. */
  readonly parentSpanId: string | undefined;
  /** `performance.now()` when the request came. */
  readonly started: number;
  readonly method: string;
  /** The target as the client sent it, before routers shorten `request.url`. */
  readonly target: string;
  /** Taken at the start: a closed socket no longer knows them. */
  readonly peer: Hop;
  readonly local: { address?: string; port?: number };
  readonly encrypted: boolean;
  readonly bytes: { received: number; sent: number };
  error: { thrown: unknown } | undefined;
  done: boolean;
}

/** How it ended. */
export interface Ending {
  /** `performance.now()`. */
  at: number;
  /** Undefined when no response was begun. */
  status: number | undefined;
  /** Why the response is not complete; undefined when it is. */
  aborted?: 'client' | 'server' | 'crash';
}

const KEY = Symbol.for('rota-sdk.exchange.1');
const LATEST = Symbol.for('rota-sdk.exchange.latest.1');

/** The exchange that this connection was last used for. */
export function latestOf(socket: object): Exchange | undefined {
  return (socket as { [LATEST]?: Exchange })[LATEST];
}

/** Lets a finished exchange go: an idle connection must not hold on to its last request. */
export function forget(exchange: Exchange): void {
  try {
    const { socket } = exchange.request;
    if (socket && latestOf(socket) === exchange) (socket as { [LATEST]?: Exchange })[LATEST] = undefined;
  } catch {
    // HTTP/2 hands out a stand-in for its socket, which throws once the session is gone.
  }
}

/** Notes what failed the request; the first error counts, as later ones mostly follow from it. */
export function noteError(request: object, thrown: unknown): void {
  const exchange = exchangeOf(request);
  if (exchange) exchange.error ??= { thrown };
}

/** The exchange of a request that some request logger has taken on, whichever copy of this package it is from. */
export function exchangeOf(request: object): Exchange | undefined {
  return (request as { [KEY]?: Exchange })[KEY];
}

/** Makes the exchange known to {@link exchangeOf} and {@link latestOf}. */
export function remember(exchange: Exchange): void {
  Object.defineProperty(exchange.request, KEY, { value: exchange, configurable: true });
  (exchange.request.socket as { [LATEST]?: Exchange })[LATEST] = exchange;
}
