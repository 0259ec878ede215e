import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { noteError } from './exchange.js';
import type { Recorder } from './request_logger.js';

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * Wraps a plain request listener. What it throws, or rejects with, is logged with the request and answered by 500; a
 * response that was begun already is cut off, so that nobody takes it for complete.
 */
export function nodeHandler(recorder: Recorder, listener: Listener): RequestListener {
  return (request, response) => {
    recorder.run(request, response, () => {
      try {
        const result = listener(request, response);
        if (isThenable(result)) result.then(undefined, (error: unknown) => fail(request, response, error));
      } catch (error) {
        fail(request, response, error);
      }
    });
  };
}

function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  noteError(request, error);
  if (response.writableEnded) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) {
    if (name.startsWith('content-') || name === 'etag' || name === 'last-modified') response.removeHeader(name);
  }
  response.statusCode = 500;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end('Internal Server Error\n');
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
