import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
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
  const endedHere = watchStream(response);
  const aborted = () => whoAborted(exchange, response, endedHere());
  // Over HTTP/2 'finish' comes at the end of a stream in any case.
  response.once('finish', () => once(isComplete(response) ? undefined : aborted()));
  response.once('close', () => once(response.writableFinished && isComplete(response) ? undefined : aborted()));
}

/** As much of an HTTP/2 stream as is used here. */
interface Http2Stream {
  rstCode?: number;
  aborted?: boolean;
  closed?: boolean;
  writableFinished: boolean;
  session?: { socket: { destroyed: boolean } };
  close(...args: unknown[]): unknown;
  destroy(...args: unknown[]): unknown;
}

function streamOf(response: ServerResponse): Http2Stream | undefined {
  return (response as { stream?: Http2Stream }).stream;
}

function isConnected(response: ServerResponse): boolean {
  try {
    return streamOf(response)?.session?.socket.destroyed === false;
  } catch {
    // The stand-in for a socket throws once the session is gone.
    return false;
  }
}

/** Whether all of an HTTP/2 response went out; over HTTP/1.1 'finish' says so by itself. */
function isComplete(response: ServerResponse): boolean {
  const stream = streamOf(response);
  return stream === undefined || (stream.writableFinished && !stream.aborted && (stream.rstCode ?? 0) === 0);
}

/** Tells whether this side gave an HTTP/2 stream up: its own state is the same whoever did. */
function watchStream(response: ServerResponse): () => boolean {
  const stream = streamOf(response);
  if (stream === undefined) return () => false;
  let here = false;
  const noting = <T extends object>(object: T, name: keyof T) => {
    const call = object[name] as (...args: unknown[]) => unknown;
    Object.assign(object, {
      [name]: (...args: unknown[]) => {
        // By the same calls Node closes the streams of a connection that is gone, and destroys one that the peer has closed.
        here ||= isConnected(response) && stream.closed !== true;
        return call.apply(object, args);
      },
    });
  };
  noting(stream, 'close');
  noting(stream, 'destroy');
  noting(response, 'destroy');
  return () => here;
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

/**
 * Who ended a response before it was complete. The other side did when its end of the connection came first (FIN, or a
 * reset); else this side closed it: `response.destroy()`, `socket.destroy()`, a time-out of the server.
 * @returns undefined where the other side's leaving is the ordinary end: a stream of server-sent events has no other
 */
function whoAborted(exchange: Exchange, response: ServerResponse, endedHere: boolean): Ending['aborted'] {
  const { errored } = response;
  if (errored && (errored as NodeJS.ErrnoException).code !== 'ECONNRESET') exchange.error ??= { thrown: errored };
  if (exchange.error !== undefined || endedHere || !leftByPeer(exchange, response)) return 'server';
  return isEventStream(response) ? undefined : 'client';
}

function leftByPeer(exchange: Exchange, response: ServerResponse): boolean {
  if (streamOf(response) !== undefined) return true;
  const { socket } = exchange.request as { socket: Socket | null };
  if (!socket) return true;
  return socket.errored ? isOfPeer(socket.errored) : socket.readableEnded || !socket.destroyed;
}

/** What the network or Node's own readers found, and not what the application gave to `socket.destroy()`. */
function isOfPeer(error: NodeJS.ErrnoException): boolean {
  return error.syscall !== undefined || /^(HPE_|ERR_SSL_|ECONN|EPIPE)/.test(String(error.code));
}

function isEventStream(response: ServerResponse): boolean {
  if (!response.headersSent || response.statusCode >= 400) return false;
  // Headers given to `writeHead` alone stand in the head only.
  const type = response.getHeader('content-type') ?? /^content-type: *(.*)$/im.exec(headOf(response))?.[1];
  return /^text\/event-stream\b/i.test(String(type ?? ''));
}

function headOf(response: ServerResponse): string {
  const head = (response as { _header?: unknown })._header;
  return typeof head === 'string' ? head : '';
}
