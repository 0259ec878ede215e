import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { activeSpan } from '../active_trace.js';
import { currentFields, type LogContext, mergeFields, runInContext, runWithoutContext } from '../context.js';
import { accessEntry, localOf, peerOf } from './access_event.js';
import { guard, release } from './crash.js';
import { type Ending, type Exchange, exchangeOf, forget, remember } from './exchange.js';
import { endsOf, type MalformedError, malformedEntry } from './malformed.js';
import type { AccessLogger } from './options.js';
import { makeRequestId, validRequestId } from './request_id.js';
import { Sampler } from './sampler.js';
import type { RequestSettings } from './settings.js';
import { childSpan, parseTraceparent, type SpanIds } from './traceparent.js';
import { watchUpgrade, whenAnswered } from './upgrade.js';
import { statusOf, watch } from './watch.js';

/** Takes requests on and writes their events: what all the frameworks' adapters share. */
export class Recorder {
  private warned = false;
  private readonly sampler: Sampler | undefined;

  constructor(
    private readonly logger: AccessLogger,
    private readonly settings: RequestSettings,
  ) {
    this.sampler = settings.sample && new Sampler(settings.sample, logger);
  }

  /** Takes a request on and runs `work` in its context. Only what `work` throws is thrown. */
  run<T>(request: IncomingMessage, response: ServerResponse, work: () => T): T {
    const exchange = this.quietly(() => this.begin(request, response));
    return exchange ? runInContext(exchange.context, work) : work();
  }

  /** The same for a request that was handed to an `upgrade` or `connect` listener: it lasts as long as its socket. */
  runUpgrade<T>(request: IncomingMessage, socket: Socket, work: () => T): T {
    const exchange = this.quietly(() => this.beginUpgrade(request, socket));
    return exchange ? runInContext(exchange.context, work) : work();
  }

  /** One that was taken on before, by whatever logger, is given back as it is. */
  private begin(request: IncomingMessage, response: ServerResponse): Exchange {
    const before = exchangeOf(request);
    if (before) return before;
    const exchange = this.open(request, response);
    this.quietly(() => this.sendId(exchange, response));
    watch(exchange, response, (ending) => this.end(exchange, ending));
    this.guard(exchange, () => statusOf(response));
    return exchange;
  }

  private beginUpgrade(request: IncomingMessage, socket: Socket): Exchange {
    const before = exchangeOf(request);
    if (before) return before;
    const exchange = this.open(request, undefined);
    const answer = watchUpgrade(exchange, socket, (ending) => this.end(exchange, ending));
    this.guard(exchange, () => answer.status);
    return exchange;
  }

  /** Logs what could not be read as a request at all. */
  malformed(error: MalformedError, socket: Socket): void {
    this.quietly(() => {
      const ends = endsOf(socket);
      whenAnswered(socket, (status) => {
        this.quietly(() => this.logger.log(malformedEntry(error, ends, status, this.settings.rules)));
      });
    });
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
    const ids = { http: { request: { id } }, trace: { id: span.traceId }, span: { id: span.spanId } };
    const around = currentFields();
    const context: LogContext = { fields: mergeFields(around, ids) };
    const exchange: Exchange = {
      request,
      response,
      context,
      givenFields: around ? ids : context.fields,
      id,
      span,
      parentSpanId: caller && caller.traceId === span.traceId ? caller.spanId : undefined,
      started: performance.now(),
      method: request.method ?? 'GET',
      target: (request as { originalUrl?: string }).originalUrl ?? request.url ?? '/',
      peer: peerOf(socket),
      local: { ...localOf(socket), ...this.settings.server },
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
    const { requestIdHeader, callbacks } = this.settings;
    const given = requestIdHeader && request.headers[requestIdHeader];
    if (validRequestId(given)) return given;
    const made = callbacks.makeRequestId && this.quietly(() => callbacks.makeRequestId?.(request));
    return validRequestId(made) ? made : makeRequestId();
  }

  private spanOf(request: IncomingMessage, caller: SpanIds | undefined): SpanIds {
    const own = activeSpan() ?? childSpan(caller);
    const { span } = this.settings.callbacks;
    const given = span && this.quietly(() => span(request));
    return given ? { ...own, ...given } : own;
  }

  private sendId({ id }: Exchange, response: ServerResponse): void {
    const { responseHeader } = this.settings;
    if (responseHeader !== undefined && !response.headersSent) response.setHeader(responseHeader, id);
  }

  private end(exchange: Exchange, ending: Ending): void {
    release(exchange);
    forget(exchange);
    this.quietly(() => {
      const { request, response, context } = exchange;
      const { skip, fields } = this.settings.callbacks;
      if (skip && this.quietly(() => skip(request, response))) return;
      const given = fields && this.quietly(() => fields(request, response));
      const added = context.fields === exchange.givenFields ? given : mergeFields(context.fields, given ?? {});
      const entry = accessEntry(exchange, ending, this.settings.rules, added);
      if (this.sampler !== undefined) {
        const rate = this.sampler.rateOf(exchange, ending, (entry['url'] as { path: string }).path);
        if (rate === undefined) return;
        // Who counts requests counts this one as so many.
        if (rate < 1) entry['rota'] = { ...(entry['rota'] as object | undefined), sample_rate: rate };
      }
      runWithoutContext(() => this.logger.log(entry));
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
