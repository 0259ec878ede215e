import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import winston from 'winston';
import Transport from 'winston-transport';
import { currentFields, mergeFields } from '../src/context.js';
import { type RequestLogger, requestLogger } from '../src/http/index.js';
import type { RequestLoggerOptions } from '../src/http/options.js';
import { EXPRESS, FASTIFY, KOA } from './framework_versions.js';

/** A log line as a transport gets it, with the context's fields as the SDK's logger adds them. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into whatever was logged
export type Line = Record<string, any>;

/** A real winston logger that keeps its lines. */
export class Lines {
  readonly all: Line[] = [];
  readonly logger: winston.Logger;
  private waiting: (() => void)[] = [];

  constructor() {
    const keep = (line: Line) => {
      this.all.push(mergeFields(currentFields(), line) as Line);
      for (const wake of this.waiting.splice(0)) wake();
    };
    const Keep = class extends Transport {
      override log(line: Line, next: () => void) {
        keep(line);
        next();
      }
    };
    this.logger = winston.createLogger({
      levels: winston.config.syslog.levels,
      level: 'debug',
      transports: [new Keep()],
    });
  }

  get access(): Line[] {
    return this.all.filter((line) => line.event?.dataset === 'rota.access');
  }

  /** Resolves with the access events once there are `count`; fails after a minute. */
  async accesses(count: number): Promise<Line[]> {
    const deadline = Date.now() + 60_000;
    while (this.access.length < count) {
      if (Date.now() > deadline) throw new Error(`${this.access.length} of ${count} access events came`);
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        setTimeout(resolve, 50);
      });
    }
    return this.access;
  }
}

/** What a route does, told in terms of node:http. */
export type Route = (request: IncomingMessage, response: ServerResponse) => unknown;

type NameOf<T extends readonly (readonly [string, unknown])[]> = T[number][0];
export type Framework = 'node:http' | NameOf<typeof EXPRESS> | NameOf<typeof FASTIFY> | NameOf<typeof KOA>;
export const FRAMEWORKS: readonly Framework[] = [
  'node:http',
  ...[...EXPRESS, ...FASTIFY, ...KOA].map(([name]) => name as Framework),
];

const expressOf = new Map<string, (typeof EXPRESS)[number][1]>(EXPRESS);
const fastifyOf = new Map<string, (typeof FASTIFY)[number][1]>(FASTIFY);
const koaOf = new Map<string, (typeof KOA)[number][1]>(KOA);

/** One route for all paths, in a real application of the framework, with its own default error handling. */
export async function appOf(framework: Framework, requests: RequestLogger, route: Route): Promise<RequestListener> {
  if (framework === 'node:http') return requests.handler(route);
  const express = expressOf.get(framework);
  if (express !== undefined) {
    const app = express().set('env', 'test');
    app.use(requests);
    app.use((request, response, next) => {
      // Express 4 leaves rejected promises to its users.
      Promise.resolve()
        .then(() => route(request, response))
        .catch(next);
    });
    app.use(requests.errors);
    return app;
  }
  const Koa = koaOf.get(framework);
  if (Koa !== undefined) {
    const app = new Koa();
    app.silent = true;
    app.use(requests.koa);
    app.use(async (context) => {
      context.respond = false;
      context.res.statusCode = 200;
      try {
        await route(context.req, context.res);
      } catch (error) {
        context.respond = true;
        throw error;
      }
    });
    return app.callback();
  }
  const fastify = fastifyOf.get(framework);
  if (fastify === undefined) throw new Error(`no framework ${framework}`);
  const app = fastify();
  await app.register(requests.fastify);
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.all('/*', async (request, reply) => {
    await route(request.raw, reply.raw);
    reply.hijack();
  });
  await app.ready();
  return (request, response) => app.routing(request, response);
}

/** Starts a server on a free loopback port; `stop` ends it and all its connections. */
export async function serve(
  listener: RequestListener,
): Promise<{ server: Server; port: number; stop: () => Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        // A turn later, all that their ends set off has been told.
        server.close(() => setImmediate(resolve));
        server.closeAllConnections();
      }),
  };
}

/** Starts the framework's application with a fresh logger. */
export async function start(framework: Framework, route: Route, options?: RequestLoggerOptions) {
  const lines = new Lines();
  const running = await serve(await appOf(framework, requestLogger(lines.logger, options), route));
  return { lines, ...running };
}

/** Sends bytes as they are and collects what comes back until the other side closes, or `enough` is satisfied. */
export async function raw(
  port: number,
  bytes: string,
  enough: (answer: string) => boolean = () => false,
): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  let answer = '';
  return new Promise((resolve, reject) => {
    const finish = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('error', reject);
    socket.on('close', finish);
    socket.on('data', (chunk) => {
      answer += chunk;
      if (enough(answer)) finish();
    });
    socket.write(bytes, 'latin1');
  });
}
