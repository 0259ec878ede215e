import type { IncomingMessage, ServerResponse } from 'node:http';
import { runInContext } from '../context.js';
import type { Ending, Exchange } from './exchange.js';

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/**
 * Follows an exchange to its end without a part in it: counts body bytes both ways, keeps the async context for
 * listeners, and calls `ended` exactly once.
 *
 * `finish` says that the last byte was handed to the system; `close` without it that the connection went away first.
 */
export function watch(exchange: Exchange, response: ServerResponse, ended: (ending: Ending) => void): void {
  const { request } = exchange;
  const once = (aborted: Ending['aborted']) => {
    if (exchange.done) return;
    exchange.done = true;
    ended({ at: performance.now(), status: statusOf(response), aborted });
  };
  keepContext(exchange, request, (event, first) => {
    if (event === 'data') exchange.bytes.received += sizeOf(first);
  });
  keepContext(exchange, response, () => {});
  countSent(exchange, response);
  response.once('finish', () => once(undefined));
  response.once('close', () => once(response.writableFinished ? undefined : whoEnded(exchange, response)));
}

/** A response that never got as far as its head has no status, whatever `statusCode` was set to. */
export function statusOf(response: ServerResponse): number | undefined {
  return response.headersSent ? response.statusCode : undefined;
}

/**
 * Node runs a request's events in the context of the connection, so a line logged in `request.on('data')`, or behind
 * a body parser that does not care for contexts, would lose its ids. Emitting inside the context gives it to all.
 */
function keepContext(
  exchange: Exchange,
  emitter: IncomingMessage | ServerResponse,
  seen: (event: string | symbol, first: unknown) => void,
): void {
  const emit = emitter.emit as Emit;
  const inContext: Emit = (event, ...args) => {
    seen(event, args[0]);
    return runInContext(exchange.context, () => emit.call(emitter, event, ...args));
  };
  emitter.emit = inContext as typeof emitter.emit;
}

/** Body bytes as they leave: below compression and whatever else wrapped `write` after us. */
function countSent(exchange: Exchange, response: ServerResponse): void {
  const write = response.write;
  const end = response.end;
  let ending = false;
  response.write = function (this: ServerResponse, ...args: unknown[]) {
    // HTTP/2's `end(chunk)` calls `write(chunk)`: it is counted there already.
    if (!ending) exchange.bytes.sent += sizeOf(args[0], args[1]);
    return write.apply(this, args as Parameters<typeof write>);
  } as typeof response.write;
  response.end = function (this: ServerResponse, ...args: unknown[]) {
    if (!this.writableEnded) exchange.bytes.sent += sizeOf(args[0], args[1]);
    ending = true;
    try {
      return end.apply(this, args as unknown as Parameters<typeof end>);
    } finally {
      ending = false;
    }
  } as typeof response.end;
}

function sizeOf(chunk: unknown, encoding?: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : undefined);
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

/** A response that was destroyed with an error was given up on this side; otherwise the other side hung up. */
function whoEnded(exchange: Exchange, response: ServerResponse): 'client' | 'server' {
  const { errored } = response;
  if (errored && (errored as NodeJS.ErrnoException).code !== 'ECONNRESET') exchange.error ??= { thrown: errored };
  return exchange.error === undefined ? 'client' : 'server';
}
