import type { IncomingMessage, ServerResponse } from 'node:http';
import { noteError } from './exchange.js';
import type { Recorder } from './request_logger.js';

/** As much of a Hono context as is used here, with what `@hono/node-server` puts in `env`. */
interface Context {
  env?: { incoming?: unknown; outgoing?: unknown } | unknown;
  error?: unknown;
}

export type HonoMiddleware = (context: Context, next: () => Promise<void>) => Promise<void>;

/** Hono's middleware under `@hono/node-server`; without Node's request there is nothing to tell. */
export function honoMiddleware(recorder: Recorder): HonoMiddleware {
  return async (context, next) => {
    const { incoming, outgoing } = (context.env ?? {}) as { incoming?: IncomingMessage; outgoing?: ServerResponse };
    if (incoming === undefined || outgoing === undefined) {
      await next();
      return;
    }
    await recorder.run(incoming, outgoing, next);
    // Hono catches what handlers throw, and says so here.
    if (context.error !== undefined) noteError(incoming, context.error);
  };
}
