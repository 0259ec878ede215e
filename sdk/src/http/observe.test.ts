import { createServer, type Server } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { Lines, raw, serve } from '../../test/http_harness.js';
import { requestLogger } from './index.js';

const UPGRADE =
  'GET /ws?token=t0p HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\nx-request-id: up-1\r\n\r\n';

async function observed(set: (server: Server) => void = () => {}) {
  const lines = new Lines();
  const running = await serve((_request, response) => response.end('plain'));
  set(running.server);
  requestLogger(lines.logger).observe(running.server);
  return { lines, ...running };
}

describe('a server that is observed', () => {
  it('tells an upgraded connection when it closes, with what went both ways', async () => {
    const app = await observed((server) =>
      server.on('upgrade', (_request, socket: Socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
        socket.on('data', (chunk: Buffer) => {
          app.lines.logger.info('message');
          socket.end(`echo ${chunk}`);
        });
      }),
    );
    const socket = connect(app.port, '127.0.0.1');
    socket.write(UPGRADE);
    await new Promise((resolve) => socket.once('data', resolve));
    await sleep(30);
    socket.write('hello');
    await new Promise((resolve) => socket.on('data', () => {}).once('close', resolve));
    const [event] = await app.lines.accesses(1);
    await app.stop();
    expect(event).toMatchObject({
      message: 'GET /ws 101',
      http: { request: { id: 'up-1', body: { bytes: 5 } }, response: { status_code: 101, body: { bytes: 10 } } },
      url: { query: 'token=[redacted]' },
    });
    expect(event).not.toHaveProperty('tags');
    expect(event?.event.duration).toBeGreaterThan(25e6);
    expect(app.lines.all.find((line) => line.message === 'message')?.http.request.id).toBe('up-1');
  });

  it('tells an upgrade that was refused, and one that broke off without an answer', async () => {
    const app = await observed((server) =>
      server.on('upgrade', (request, socket: Socket) => {
        if (request.headers['x-request-id'] === 'up-1')
          socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
        else socket.destroy();
      }),
    );
    await raw(app.port, UPGRADE);
    await raw(app.port, UPGRADE.replace('up-1', 'up-2'));
    const [refused, broken] = await app.lines.accesses(2);
    await app.stop();
    expect(refused).toMatchObject({ message: 'GET /ws 403', event: { outcome: 'failure' } });
    expect(broken).toMatchObject({ message: 'GET /ws aborted', tags: ['aborted'] });
  });

  it('leaves upgrades to the request listener where nobody listens to them, as Node does', async () => {
    const app = await observed();
    const answer = await raw(app.port, UPGRADE, (text) => text.includes('plain'));
    const [event] = await app.lines.accesses(1);
    await app.stop();
    expect(answer).toContain('200 OK');
    expect(event).toMatchObject({ message: 'GET /ws 200', http: { request: { id: 'up-1' } } });
  });

  it.each([
    ['no HTTP at all', 'hello there\r\n\r\n', 400, 'HPE_INVALID_METHOD'],
    ['a head too large', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 431, 'HPE_HEADER_OVERFLOW'],
    [
      'a header with control characters',
      'GET / HTTP/1.1\r\nhost: a\r\nx: a\u0001b\r\n\r\n',
      400,
      'HPE_INVALID_HEADER_TOKEN',
    ],
  ])('tells %s, answered as Node answers it', async (_what, bytes, status, code) => {
    const app = await observed();
    const answer = await raw(app.port, bytes);
    const [event] = await app.lines.accesses(1);
    await app.stop();
    expect(answer).toContain(`HTTP/1.1 ${status}`);
    expect(event).toMatchObject({
      message: `malformed request ${status}`,
      tags: ['malformed'],
      http: { response: { status_code: status } },
      error: { code },
      source: { ip: '127.0.0.1' },
      server: { port: app.port },
      event: { outcome: 'failure' },
    });
    expect(JSON.stringify(event)).not.toContain('yyyy');
  });

  it('tells a head that never ends', async () => {
    const lines = new Lines();
    const server = requestLogger(lines.logger).observe(
      createServer({ connectionsCheckingInterval: 50, headersTimeout: 100, requestTimeout: 100 }, () => {}),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const answer = await raw((server.address() as AddressInfo).port, 'GET / HTTP/1.1\r\nhost: a\r\nx-');
    const [event] = await lines.accesses(1);
    server.close();
    expect(answer).toContain('408');
    expect(event).toMatchObject({ message: 'malformed request 408', error: { code: 'ERR_HTTP_REQUEST_TIMEOUT' } });
  });

  it('tells a body that turns out malformed with its own request, once', async () => {
    const lines = new Lines();
    const requests = requestLogger(lines.logger);
    const app = await serve(
      requests.handler(async (request, response) => {
        for await (const _chunk of request);
        response.end();
      }),
    );
    requests.observe(app.server);
    await raw(app.port, 'POST /chunks HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n');
    const [event] = await lines.accesses(1);
    await app.stop();
    expect(lines.access).toHaveLength(1);
    expect(event?.url.path).toBe('/chunks');
    expect(event?.error.code).toBe('HPE_INVALID_CHUNK_SIZE');
  });

  it("works beside the framework's own form, with one event a request", async () => {
    const lines = new Lines();
    const requests = requestLogger(lines.logger);
    const app = express().set('env', 'test');
    app.use(requests);
    app.get('/', () => {
      throw new Error('broken');
    });
    app.use(requests.errors);
    const running = await serve(app);
    expect(requests.observe(requests.observe(running.server))).toBe(running.server);
    await fetch(`http://127.0.0.1:${running.port}/`);
    const [event] = await lines.accesses(1);
    await running.stop();
    expect(event).toMatchObject({ http: { response: { status_code: 500 } }, error: { message: 'broken' } });
    expect(lines.access).toHaveLength(1);
  });

  it("leaves Fastify's own answer to malformed requests alone", async () => {
    const lines = new Lines();
    const app = fastify();
    const requests = requestLogger(lines.logger);
    await app.register(requests.fastify);
    requests.observe(app.server);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const answer = await raw((app.server.address() as AddressInfo).port, 'nonsense\r\n\r\n');
    const [event] = await lines.accesses(1);
    await app.close();
    expect(answer).toContain('"statusCode":400');
    expect(event).toMatchObject({ message: 'malformed request 400' });
  });

  it('takes requests over HTTP/2', async () => {
    const lines = new Lines();
    const requests = requestLogger(lines.logger);
    const server = requests.observe(createHttp2Server((_request, response) => response.end('two')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = client.request({ ':path': '/two?x=1', 'x-request-id': 'h2' });
    stream.resume();
    await new Promise((resolve) => stream.on('close', resolve));
    const [event] = await lines.accesses(1);
    client.destroy();
    server.close();
    expect(event).toMatchObject({
      message: 'GET /two 200',
      http: { version: '2.0', request: { id: 'h2' }, response: { body: { bytes: 3 } } },
      url: { domain: '127.0.0.1', query: 'x=1' },
      source: { ip: '127.0.0.1' },
    });
  });
});
