import type { IncomingMessage, ServerResponse } from 'node:http';
import { noteError } from './exchange.js';
import type { Recorder } from './request_logger.js';

/** As much of Koa as is used here: this package does not depend on Koa. */
interface Context {
  req: IncomingMessage;
  res: ServerResponse;
  app: { on(event: 'error', listener: (error: unknown, context?: { req?: IncomingMessage }) => void): unknown };
}

export type KoaMiddleware = (context: Context, next: () => Promise<unknown>) => Promise<void>;

/** Koa's middleware; errors are noted and thrown on. */
export function koaMiddleware(recorder: Recorder): KoaMiddleware {
  const known = new WeakSet<object>();
  return async (context, next) => {
    const { app } = context;
    if (!known.has(app)) {
      known.add(app);
      // Only now, at the first request: Koa prints errors by itself as long as nobody listened when it was started.
      app.on('error', (error, at) => at?.req && noteError(at.req, error));
    }
    try {
      await recorder.run(context.req, context.res, next);
    } catch (error) {
      noteError(context.req, error);
      throw error;
    }
  };
}
