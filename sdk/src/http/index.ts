import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import { currentContext } from '../context.js';
import { type Exchange, exchangeOf } from './exchange.js';
import { type FastifyPlugin, fastifyPlugin } from './fastify.js';
import { type HonoMiddleware, honoMiddleware } from './hono.js';
import { type KoaMiddleware, koaMiddleware } from './koa.js';
import { nodeHandler } from './node_http.js';
import { observeServer } from './observe.js';
import type { AccessLogger, RequestLoggerOptions } from './options.js';
import { Recorder } from './request_logger.js';
import { requestSettings } from './settings.js';

export type { HealthRule } from './health_rules.js';
export type { AccessEntry, AccessLogger, Outcome, RequestLoggerOptions, SampleOptions } from './options.js';
export { propagationHeaders } from './propagation.js';
export type { TrustProxy } from './trusted_proxies.js';

type Next = (error?: unknown) => void;

/** One request logger in the form that each framework takes. */
export interface RequestLogger {
  /** Express, Connect and the like: `app.use(requests)`, before everything else. */
  (request: IncomingMessage, response: ServerResponse, next: Next): void;
  /** Express: `app.use(requests.errors)`, after the routes and before other error handlers. Passes the error on. */
  errors(error: unknown, request: IncomingMessage, response: ServerResponse, next: Next): void;
  /** node:http: `createServer(requests.handler(async (request, response) => …))`. Answers 500 if the handler fails. */
  handler(listener: (request: IncomingMessage, response: ServerResponse) => unknown): RequestListener;
  /** Fastify: `app.register(requests.fastify)`. */
  fastify: FastifyPlugin;
  /** Hono under `@hono/node-server`: `app.use(requests.hono)`, before everything else. */
  hono: HonoMiddleware;
  /** Koa: `app.use(requests.koa)`, before everything else. */
  koa: KoaMiddleware;
  /**
   * Any server (`http.createServer(…)`, `app.listen(…)`, `fastify.server`): takes on every request before the framework
   * does, upgrades (WebSocket) and what Node refuses as malformed too. Use it beside the framework's own form, which
   * tells the errors. Returns the server.
   */
  observe<T extends Server>(server: T): T;
}

/**
 * Logs one `rota.access` event a request, and gives every line that is logged inside the request its ids.
 *
 * @param logger what `createLogger` returned, or any winston logger
 * @throws ConfigurationError with a code `ROTA_CONFIG_*`, also `ROTA_CONFIG_REDACT` for a path that does not parse
 */
export function requestLogger(logger: AccessLogger, options: RequestLoggerOptions = {}): RequestLogger {
  const recorder = new Recorder(logger, requestSettings(options));
  const middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => {
    recorder.run(request, response, next);
  };
  return Object.assign(middleware, {
    errors(error: unknown, request: IncomingMessage, _response: ServerResponse, next: Next) {
      recordError(error, request);
      next(error);
    },
    handler: (listener: (request: IncomingMessage, response: ServerResponse) => unknown) =>
      nodeHandler(recorder, listener),
    fastify: fastifyPlugin(recorder),
    hono: honoMiddleware(recorder),
    koa: koaMiddleware(recorder),
    observe: <T extends Server>(server: T) => observeServer(recorder, server),
  });
}

/**
 * Tells the access event which error failed the request, where nobody else does: a handler that catches it and answers
 * 500 itself. The first error counts. Returns false outside a request.
 */
export function recordError(error: unknown, request?: IncomingMessage): boolean {
  const exchange = request ? exchangeOf(request) : (currentContext()?.request as Exchange | undefined);
  if (!exchange) return false;
  exchange.error ??= { thrown: error };
  return true;
}
