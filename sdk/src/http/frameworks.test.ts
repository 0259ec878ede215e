import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import express, { type ErrorRequestHandler } from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import { Lines, serve } from '../../test/http_harness.js';
import { addToContext, currentContext, runWithContext } from '../context.js';
import { propagationHeaders, recordError, requestLogger } from './index.js';
import type { RequestLoggerOptions } from './options.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(listener: Parameters<typeof serve>[0]): Promise<string> {
  const app = await serve(listener);
  closing.push(app.stop);
  return `http://127.0.0.1:${app.port}`;
}

function fresh(options?: RequestLoggerOptions) {
  const lines = new Lines();
  return { lines, requests: requestLogger(lines.logger, options) };
}

const json = (body: string) => ({ method: 'POST', body, headers: { 'content-type': 'application/json' } });

describe('Express', () => {
  const answerIt: ErrorRequestHandler = (_error, _request, response, _next) => {
    response.status(503).json({ sorry: true });
  };

  it("tells the error that the application's own error handler answered", async () => {
    const { lines, requests } = fresh();
    const app = express().use(requests);
    app.get('/', () => {
      throw new RangeError('too far');
    });
    app.use(requests.errors, answerIt);
    await fetch(await listen(app));
    const [event] = await lines.accesses(1);
    expect(event).toMatchObject({
      level: 'error',
      message: 'GET / 503',
      error: { type: 'RangeError', message: 'too far' },
    });
  });

  it('logs the whole path of a mounted router', async () => {
    const { lines, requests } = fresh();
    const router = express.Router();
    router.get('/:id', (_request, response) => {
      response.send('x');
    });
    const app = express().use(requests).use('/shop/items', router);
    await fetch(`${await listen(app)}/shop/items/7?x=1`);
    const [event] = await lines.accesses(1);
    expect(event?.url).toMatchObject({ path: '/shop/items/7', original: '/shop/items/7?x=1' });
  });

  it('logs a body that does not parse, before any route, without quoting it', async () => {
    const { lines, requests } = fresh();
    const app = express().set('env', 'test').use(requests).use(express.json());
    app.use(requests.errors);
    await fetch(await listen(app), json('{"password":hunter2}'));
    const [event] = await lines.accesses(1);
    expect(event).toMatchObject({ level: 'info', message: 'POST / 400', error: { type: 'SyntaxError' } });
    expect(JSON.stringify(event)).not.toContain('hunter2');
    expect(event?.error).not.toHaveProperty('message');
  });

  it('keeps the context behind a body parser and in nested contexts', async () => {
    const { lines, requests } = fresh();
    const app = express().use(requests).use(express.json());
    app.post('/', async (_request, response) => {
      addToContext({ user: { id: '42' } });
      await runWithContext({ labels: { step: 'pay' } }, async () => {
        await Promise.resolve();
        lines.logger.info('inside');
      });
      lines.logger.info('outside');
      response.json(propagationHeaders());
    });
    const answer = await fetch(await listen(app), json('{"a":1}'));
    const headers = (await answer.json()) as Record<string, string>;
    const [event] = await lines.accesses(1);
    const [inside, outside] = lines.all;
    expect(inside).toMatchObject({
      labels: { step: 'pay' },
      user: { id: '42' },
      http: { request: { id: event?.http.request.id } },
    });
    expect(outside).not.toHaveProperty('labels');
    expect(event).toMatchObject({ user: { id: '42' } });
    expect(headers).toEqual({
      'x-request-id': event?.http.request.id,
      traceparent: `00-${event?.trace.id}-${event?.span.id}-00`,
    });
    expect(propagationHeaders()).toEqual({});
    expect(currentContext()).toBeUndefined();
  });

  it('counts what compression really sends', async () => {
    const { createGzip } = await import('node:zlib');
    const { lines, requests } = fresh();
    const app = express().use(requests);
    app.get('/', (_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      Readable.from(['a'.repeat(100_000)])
        .pipe(createGzip())
        .pipe(response);
    });
    await (await fetch(await listen(app))).text();
    const [event] = await lines.accesses(1);
    expect(event?.http.response.body.bytes).toBeGreaterThan(50);
    expect(event?.http.response.body.bytes).toBeLessThan(2000);
  });
});

describe('Fastify', () => {
  async function app(options?: RequestLoggerOptions) {
    const { lines, requests } = fresh(options);
    const instance = fastify();
    closing.push(() => instance.close());
    await instance.register(requests.fastify);
    return { lines, instance };
  }

  it("tells errors of handlers, hooks and streams, also behind the application's own error handler", async () => {
    const { lines, instance } = await app();
    instance.setErrorHandler((_error, _request, reply) => reply.code(502).send({ sorry: true }));
    instance.get('/handler', async () => {
      throw new RangeError('in the handler');
    });
    instance.get('/hook', { preHandler: async () => Promise.reject(new TypeError('in the hook')) }, async () => 'x');
    instance.get('/stream', async (_request, reply) =>
      reply.send(
        new Readable({
          read() {
            this.destroy(new Error('in the stream'));
          },
        }),
      ),
    );
    for (const path of ['/handler', '/hook', '/stream']) await instance.inject(path);
    await fetch(`${await instance.listen({ port: 0, host: '127.0.0.1' })}/handler`);
    const events = await lines.accesses(4);
    const told = Object.fromEntries(events.map((event) => [event.url.path, event.error?.message]));
    expect(told).toEqual({ '/handler': 'in the handler', '/hook': 'in the hook', '/stream': 'in the stream' });
    expect(events[0]).toMatchObject({ message: 'GET /handler 502', error: { type: 'RangeError' } });
  });

  it('holds for routes declared before it is loaded, and in other plugins', async () => {
    const { lines, requests } = fresh();
    const instance = fastify();
    closing.push(() => instance.close());
    instance.register(requests.fastify);
    instance.get('/root', async () => 'x');
    instance.register(async (scope) => {
      scope.get('/scoped', async () => {
        throw new Error('scoped');
      });
    });
    const base = await instance.listen({ port: 0, host: '127.0.0.1' });
    for (const path of ['/root', '/scoped', '/nowhere']) await fetch(base + path);
    const events = await lines.accesses(3);
    expect(events.map((event) => event.message)).toEqual(['GET /root 200', 'GET /scoped 500', 'GET /nowhere 404']);
    expect(events[1]?.error.message).toBe('scoped');
  });

  it('logs what fails before the handler: a body that does not parse or does not fit its schema', async () => {
    const { lines, instance } = await app();
    const schema = { body: { type: 'object', required: ['a'], properties: { a: { type: 'number' } } } };
    instance.post('/', { schema }, async () => {
      lines.logger.info('in the handler');
      return { ok: true };
    });
    const base = await instance.listen({ port: 0, host: '127.0.0.1' });
    await fetch(base, json('{"password":hunter2}'));
    await fetch(base, json('{"b":1}'));
    await fetch(base, json('{"a":1}'));
    const events = await lines.accesses(3);
    expect(events.map((event) => event.message)).toEqual(['POST / 400', 'POST / 400', 'POST / 200']);
    expect(events[1]?.error.code).toBe('FST_ERR_VALIDATION');
    expect(JSON.stringify(events)).not.toContain('hunter2');
    // The handler runs behind Fastify's body parser, where contexts are easily lost.
    const inside = lines.all.find((line) => line.message === 'in the handler');
    expect(inside?.http.request.id).toBe(events[2]?.http.request.id);
  });
});

describe('Koa', () => {
  async function app(use: (app: Koa) => void) {
    const { lines, requests } = fresh();
    const koa = new Koa();
    koa.silent = true;
    koa.use(requests.koa);
    use(koa);
    return { lines, base: await listen(koa.callback()) };
  }

  it("tells an error that the application's own middleware caught and reported", async () => {
    const { lines, base } = await app((koa) => {
      koa.use(async (context, next) => {
        try {
          await next();
        } catch (error) {
          context.status = 503;
          context.body = 'sorry';
          context.app.emit('error', error, context);
        }
      });
      koa.use(() => {
        throw new RangeError('caught');
      });
    });
    await fetch(base);
    const [event] = await lines.accesses(1);
    expect(event).toMatchObject({ message: 'GET / 503', error: { type: 'RangeError', message: 'caught' } });
  });

  it('tells errors with a status, and streams that fail on the way', async () => {
    const { lines, base } = await app((koa) => {
      koa.use((context) => {
        if (context.path === '/stream') {
          context.body = new Readable({
            read() {
              this.destroy(new Error('half way'));
            },
          });
          return;
        }
        context.throw(502, 'no answer');
      });
    });
    await fetch(`${base}/status`);
    await fetch(`${base}/stream`).catch(() => {});
    const [status, stream] = await lines.accesses(2);
    expect(status).toMatchObject({ message: 'GET /status 502', error: { message: 'no answer' } });
    expect(stream?.error.message).toBe('half way');
  });

  it('leaves the printing of errors as it was', async () => {
    const { requests } = fresh();
    const koa = new Koa();
    koa.use(requests.koa);
    koa.use(() => {
      throw new Error('x');
    });
    const printed: unknown[] = [];
    koa.onerror = (error: unknown) => printed.push(error);
    await fetch(await listen(koa.callback()));
    expect(printed).toHaveLength(1);
    expect(koa.listenerCount('error')).toBe(2);
  });
});

describe('node:http', () => {
  it('answers 500 for a handler that throws, without what it had prepared', async () => {
    const { lines, requests } = fresh();
    const base = await listen(
      requests.handler((_request, response) => {
        response.setHeader('content-type', 'application/json');
        response.setHeader('etag', '"x"');
        response.setHeader('x-kept', '1');
        throw new Error('at once');
      }),
    );
    const answer = await fetch(base);
    expect([answer.status, answer.headers.get('etag'), answer.headers.get('x-kept')]).toEqual([500, null, '1']);
    expect(await answer.text()).toBe('Internal Server Error\n');
    const [event] = await lines.accesses(1);
    expect(event?.error.message).toBe('at once');
  });

  it('cuts a response off that had begun when the handler failed', async () => {
    const { lines, requests } = fresh();
    const base = await listen(
      requests.handler(async (_request, response) => {
        response.write('half');
        await Promise.resolve();
        throw new Error('half way');
      }),
    );
    await expect(fetch(base).then((answer) => answer.text())).rejects.toThrow();
    const [event] = await lines.accesses(1);
    expect(event).toMatchObject({ tags: expect.arrayContaining(['aborted']), error: { message: 'half way' } });
    expect(event?.event.reason).toContain('given up');
  });

  it('takes an error that the handler tells itself', async () => {
    const { lines, requests } = fresh();
    const base = await listen(
      requests.handler((_request, response) => {
        recordError(new Error('told'));
        recordError(new Error('later'));
        response.statusCode = 500;
        response.end();
      }),
    );
    await fetch(base);
    const [event] = await lines.accesses(1);
    expect(event?.error.message).toBe('told');
    expect(recordError(new Error('outside'))).toBe(false);
  });
});

describe('options over HTTP', () => {
  const ok = (requests: ReturnType<typeof requestLogger>) =>
    requests.handler((_request, response) => response.end('ok'));

  it('believes trusted proxies about client, host and scheme', async () => {
    const headers = {
      'x-forwarded-for': '6.6.6.6, 203.0.113.7:4711',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
    };
    const trusting = fresh({ trustProxy: ['loopback'] });
    await fetch(await listen(ok(trusting.requests)), { headers });
    const [through] = await trusting.lines.accesses(1);
    expect(through).toMatchObject({
      source: { ip: '203.0.113.7', address: '203.0.113.7', port: 4711 },
      client: { ip: '203.0.113.7' },
      url: { domain: 'shop.example', scheme: 'https' },
    });
    const wary = fresh();
    await fetch(await listen(ok(wary.requests)), { headers });
    const [direct] = await wary.lines.accesses(1);
    expect(direct).toMatchObject({ source: { ip: '127.0.0.1' }, url: { domain: '127.0.0.1', scheme: 'http' } });
  });

  it('reads Forwarded instead, when told so, and then nothing else', async () => {
    const { lines, requests } = fresh({ trustProxy: 1, forwardedHeader: 'forwarded' });
    const base = await listen(ok(requests));
    const forwarded = 'for="[2001:db8::7]:99";proto=https;host=shop.example';
    await fetch(base, { headers: { forwarded, 'x-forwarded-for': '6.6.6.6', 'x-forwarded-host': 'evil.example' } });
    await fetch(base, { headers: { 'x-forwarded-for': '6.6.6.6' } });
    const [told, untold] = await lines.accesses(2);
    expect(told).toMatchObject({
      source: { ip: '2001:db8::7', port: 99 },
      url: { domain: 'shop.example', scheme: 'https' },
    });
    expect(untold?.source.ip).toBe('127.0.0.1');
  });

  it('sends the id back, makes ids as asked, and takes none where told not to', async () => {
    const { lines, requests } = fresh({ responseHeader: true, makeRequestId: () => 'made-1' });
    const base = await listen(ok(requests));
    const given = await fetch(base, { headers: { 'x-request-id': 'given' } });
    const made = await fetch(base, { headers: { 'x-request-id': 'not valid' } });
    expect([given.headers.get('x-request-id'), made.headers.get('x-request-id')]).toEqual(['given', 'made-1']);
    const own = fresh({ requestIdHeader: false, responseHeader: 'x-id', makeRequestId: () => 'not valid' });
    const answer = await fetch(await listen(ok(own.requests)), { headers: { 'x-request-id': 'given' } });
    expect(answer.headers.get('x-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await lines.accesses(2)).map((event) => event.http.request.id)).toEqual(['given', 'made-1']);
  });

  it('takes the ids of another tracer', async () => {
    const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const { lines, requests } = fresh({ span: () => span });
    await fetch(await listen(ok(requests)), { headers: { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` } });
    const [event] = await lines.accesses(1);
    expect(event).toMatchObject({ trace: { id: span.traceId }, span: { id: span.spanId } });
    expect(event).not.toHaveProperty('parent');
  });

  it('adds fields, redacted, that do not replace what was measured; skips; chooses levels', async () => {
    const { lines, requests } = fresh({
      fields: () => ({ user: { id: '7', password: 'hunter2' }, http: { response: { status_code: 999 } } }),
      skip: (request) => request.url === '/skip',
      level: ({ status }) => (status === 200 ? 'notice' : 'error'),
    });
    const base = await listen(ok(requests));
    await fetch(`${base}/skip`);
    await fetch(`${base}/kept`);
    const [event] = await lines.accesses(1);
    expect(lines.access).toHaveLength(1);
    expect(event).toMatchObject({
      level: 'notice',
      user: { id: '7', password: '[redacted]' },
      http: { response: { status_code: 200 } },
      url: { path: '/kept' },
    });
  });

  it('goes on serving when its own callbacks, or the logger, throw', async () => {
    const warnings: Error[] = [];
    const listener = (warning: Error) => warnings.push(warning);
    process.on('warning', listener);
    const boom = () => {
      throw new Error('boom');
    };
    const requests = requestLogger(
      { log: boom },
      { fields: boom, skip: boom, span: boom, makeRequestId: boom, level: boom },
    );
    const base = await listen(ok(requests));
    for (let n = 0; n < 3; n++) expect((await fetch(base)).status).toBe(200);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listener);
    expect(warnings.filter((one) => one.name === 'RotaWarning')).toHaveLength(1);
  });

  it('serves a request that it cannot take on', async () => {
    const { lines, requests } = fresh();
    const base = await listen((request, response) => {
      // What HTTP/2's stand-in for a socket does when its session is gone.
      const torn = Object.create(request, {
        socket: {
          get() {
            throw new Error('no socket');
          },
        },
      });
      requests(torn, response, () => response.end('served'));
    });
    expect(await (await fetch(base)).text()).toBe('served');
    expect(lines.access).toHaveLength(0);
  });

  it('tags health checks that come through a proxy too, but no visitors', async () => {
    const { lines, requests } = fresh({ trustProxy: 1 });
    const server = createServer(ok(requests));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => server.close());
    const { raw } = await import('../../test/http_harness.js');
    const { port } = server.address() as AddressInfo;
    const get = (headers: string) => raw(port, `GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${headers}\r\n`);
    await get('');
    await get('x-forwarded-for: 10.0.0.9\r\n');
    await get('x-forwarded-for: 203.0.113.7, 10.0.0.9\r\n');
    await get('user-agent: kube-probe/1.29\r\n');
    await get('user-agent: Mozilla/5.0\r\n');
    const events = await lines.accesses(5);
    expect(events.map((event) => event.tags?.[0])).toEqual([
      'health_check',
      'health_check',
      undefined,
      'health_check',
      undefined,
    ]);
  });
});
