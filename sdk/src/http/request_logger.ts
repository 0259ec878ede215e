import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { currentFields, type LogContext, mergeFields, runInContext } from '../context.js';
import { createRedactor } from '../redact/index.js';
import { accessEntry, type EventRules, peerOf } from './access_event.js';
import { guard, release } from './crash.js';
import { type Ending, type Exchange, exchangeOf, remember } from './exchange.js';
import { plainAddress } from './forwarded.js';
import { compileHealthRules, DEFAULT_HEALTH_RULES } from './health_rules.js';
import type { AccessLogger, Outcome, RequestLoggerOptions } from './options.js';
import { makeRequestId, validRequestId } from './request_id.js';
import { childSpan, parseTraceparent, type SpanIds } from './traceparent.js';
import { compileTrust } from './trusted_proxies.js';
import { watch } from './watch.js';

/** Takes requests on and writes their events: what all the frameworks' adapters share. */
export class Recorder {
  private readonly rules: EventRules;
  private warned = false;

  constructor(
    private readonly logger: AccessLogger,
    private readonly options: RequestLoggerOptions,
  ) {
    const defaults = options.healthDefaults === false ? [] : DEFAULT_HEALTH_RULES;
    this.rules = {
      isTrusted: compileTrust(options.trustProxy ?? false),
      forwardedHeader: options.forwardedHeader ?? 'x-forwarded-for',
      isHealthCheck: compileHealthRules([...defaults, ...(options.healthChecks ?? [])]),
      level: options.level ?? defaultLevel,
      redactor: options.redact === false ? undefined : createRedactor(options.redact),
    };
  }

  /** Takes a request on; one that was taken on before, by whatever logger, is given back as it is. Never throws. */
  begin(request: IncomingMessage, response: ServerResponse): Exchange {
    const before = exchangeOf(request);
    if (before) return before;
    const exchange = this.open(request, response);
    remember(exchange);
    this.quietly(() => {
      this.sendId(exchange);
      watch(exchange, (ending) => this.end(exchange, ending));
      guard(exchange, () => {
        if (exchange.done) return;
        exchange.done = true;
        this.end(exchange, { at: performance.now(), aborted: 'crash' });
      });
    });
    return exchange;
  }

  private open(request: IncomingMessage, response: ServerResponse): Exchange {
    const { socket } = request;
    const id = this.idOf(request);
    const caller = parseTraceparent(request.headers.traceparent);
    const span = this.spanOf(request, caller);
    const fields = { http: { request: { id } }, trace: { id: span.traceId }, span: { id: span.spanId } };
    const context: LogContext = { fields: mergeFields(currentFields(), fields) };
    const exchange: Exchange = {
      request,
      response,
      context,
      id,
      span,
      parentSpanId: caller && caller.traceId === span.traceId ? caller.spanId : undefined,
      started: performance.now(),
      method: request.method ?? 'GET',
      target: (request as { originalUrl?: string }).originalUrl ?? request.url ?? '/',
      peer: peerOf(socket),
      local: this.localOf(socket),
      encrypted: (socket as TLSSocket).encrypted === true,
      bytes: { received: 0, sent: 0 },
      error: undefined,
      done: false,
    };
    context.request = exchange;
    return exchange;
  }

  private idOf(request: IncomingMessage): string {
    const name = this.options.requestIdHeader ?? 'x-request-id';
    const given = name === false ? undefined : request.headers[name.toLowerCase()];
    if (validRequestId(given)) return given;
    const made = this.quietly(() => this.options.makeRequestId?.(request));
    return validRequestId(made) ? made : makeRequestId();
  }

  private spanOf(request: IncomingMessage, caller: SpanIds | undefined): SpanIds {
    const own = childSpan(caller);
    const given = this.options.span && this.quietly(() => this.options.span?.(request));
    return given ? { ...own, ...given } : own;
  }

  private localOf(socket: { localAddress?: string; localPort?: number }): { address?: string; port?: number } {
    const { address, port } = this.options.server ?? {};
    const local: { address?: string; port?: number } = {};
    const seen = address ?? (socket.localAddress && plainAddress(socket.localAddress));
    if (seen) local.address = seen;
    if (port ?? socket.localPort) local.port = port ?? socket.localPort;
    return local;
  }

  private sendId({ response, id }: Exchange): void {
    const { responseHeader = false, requestIdHeader } = this.options;
    if (responseHeader === false || response.headersSent) return;
    const name = responseHeader === true ? requestIdHeader || 'x-request-id' : responseHeader;
    response.setHeader(name, id);
  }

  private end(exchange: Exchange, ending: Ending): void {
    release(exchange);
    this.quietly(() => {
      const { request, response } = exchange;
      if (this.options.skip?.(request, response)) return;
      const added = mergeFields(
        exchange.context.fields,
        this.quietly(() => this.options.fields?.(request, response)) ?? {},
      );
      const entry = accessEntry(exchange, ending, this.rules, added);
      runInContext(exchange.context, () => this.logger.log(entry));
    });
  }

  /** Runs what must not harm the application: our own code, and the callbacks that it gave us. */
  private quietly<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!this.warned) {
        this.warned = true;
        process.emitWarning(`A request could not be logged as it should: ${(error as Error)?.message}`, 'RotaWarning');
      }
      return undefined;
    }
  }
}

/** 5XX are errors; a failed health check too. */
function defaultLevel({ status }: Outcome): string {
  return status !== undefined && status >= 500 ? 'error' : 'info';
}
