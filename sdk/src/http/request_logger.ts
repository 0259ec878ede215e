import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { currentFields, type LogContext, mergeFields, runInContext } from '../context.js';
import { createRedactor } from '../redact/index.js';
import { accessEntry, type EventRules, localOf, peerOf } from './access_event.js';
import { guard, release } from './crash.js';
import { type Ending, type Exchange, exchangeOf, remember } from './exchange.js';
import { compileHealthRules, DEFAULT_HEALTH_RULES } from './health_rules.js';
import { type MalformedError, malformedEntry } from './malformed.js';
import type { AccessLogger, Outcome, RequestLoggerOptions } from './options.js';
import { makeRequestId, validRequestId } from './request_id.js';
import { childSpan, parseTraceparent, type SpanIds } from './traceparent.js';
import { compileTrust } from './trusted_proxies.js';
import { watchUpgrade, whenAnswered } from './upgrade.js';
import { statusOf, watch } from './watch.js';

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
    this.quietly(() => this.sendId(exchange, response));
    watch(exchange, response, (ending) => this.end(exchange, ending));
    this.guard(exchange, () => statusOf(response));
    return exchange;
  }

  /** Takes on a request that was handed to an `upgrade` or `connect` listener: it lasts as long as its socket. */
  beginUpgrade(request: IncomingMessage, socket: Socket): Exchange {
    const before = exchangeOf(request);
    if (before) return before;
    const exchange = this.open(request, undefined);
    const answer = watchUpgrade(exchange, socket, (ending) => this.end(exchange, ending));
    this.guard(exchange, () => answer.status);
    return exchange;
  }

  /** Logs what could not be read as a request at all. */
  malformed(error: MalformedError, socket: Socket): void {
    this.quietly(() =>
      whenAnswered(socket, (status) => this.logger.log(malformedEntry(error, socket, status, this.rules))),
    );
  }

  private guard(exchange: Exchange, status: () => number | undefined): void {
    guard(exchange, () => {
      if (exchange.done) return;
      exchange.done = true;
      this.end(exchange, { at: performance.now(), status: status(), aborted: 'crash' });
    });
  }

  private open(request: IncomingMessage, response: ServerResponse | undefined): Exchange {
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
      local: { ...localOf(socket), ...this.options.server },
      encrypted: (socket as TLSSocket).encrypted === true,
      bytes: { received: 0, sent: 0 },
      error: undefined,
      done: false,
    };
    context.request = exchange;
    remember(exchange);
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

  private sendId({ id }: Exchange, response: ServerResponse): void {
    const { responseHeader = false, requestIdHeader } = this.options;
    if (responseHeader === false || response.headersSent) return;
    const name = responseHeader === true ? requestIdHeader || 'x-request-id' : responseHeader;
    response.setHeader(name, id);
  }

  private end(exchange: Exchange, ending: Ending): void {
    release(exchange);
    this.quietly(() => {
      const { request, response } = exchange;
      if (this.options.skip && this.quietly(() => this.options.skip?.(request, response))) return;
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
