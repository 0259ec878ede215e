import type { IncomingMessage, ServerResponse } from 'node:http';
import { noteError } from './exchange.js';
import type { Recorder } from './request_logger.js';

interface Request {
  raw: IncomingMessage;
}
interface Reply {
  raw: ServerResponse;
  send(payload?: unknown): unknown;
}
type Done = (error?: Error) => void;

/** As much of a Fastify instance as is used here: this package does not depend on Fastify. */
interface Instance {
  addHook(name: 'onRequest', hook: (request: Request, reply: Reply, done: Done) => void): unknown;
  addHook(name: 'onError', hook: (request: Request, reply: Reply, error: Error, done: Done) => void): unknown;
}

/** A plugin in callback form. */
export type FastifyPlugin = (instance: Instance, options: unknown, done: Done) => void;

/** Hooks for the whole application, also for routes declared outside the plugin. */
export function fastifyPlugin(recorder: Recorder): FastifyPlugin {
  const plugin: FastifyPlugin = (instance, _options, done) => {
    instance.addHook('onRequest', (request, reply, next) => {
      noteErrors(request, reply);
      recorder.run(request.raw, reply.raw, next);
    });
    instance.addHook('onError', (request, _reply, error, next) => {
      noteError(request.raw, error);
      next();
    });
    done();
  };
  // What the package fastify-plugin does: no scope of its own, and a name for Fastify's messages.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'rota-sdk/http',
  });
}

/** Fastify calls onError only when its own error handler answers; every failure passes through `send`, though. */
function noteErrors(request: Request, reply: Reply): void {
  const send = reply.send;
  reply.send = function (this: Reply, ...payload: [unknown?]) {
    if (payload[0] instanceof Error) noteError(request.raw, payload[0]);
    return send.apply(this, payload);
  };
}
