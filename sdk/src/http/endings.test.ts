import type { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectHttp2, constants, createServer as createHttp2Server, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Lines, raw, serve } from '../../test/http_harness.js';
import { parseXForwardedFor } from './forwarded.js';
import { requestLogger } from './index.js';
import { addressMatcher } from './trusted_proxies.js';
import { urlFields } from './url_fields.js';

type Route = (request: IncomingMessage, response: ServerResponse) => unknown;
const GET = 'GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: test\r\n\r\n';

/** What one request's event says, whose client leaves once it has read `until`, or stays. */
async function eventOf(
  route: Route,
  leaves?: string,
  set: (app: { server: ReturnType<typeof createServer> }) => void = () => {},
) {
  const lines = new Lines();
  const app = await serve(requestLogger(lines.logger).handler(route));
  set(app);
  await raw(app.port, GET, (answer) => leaves !== undefined && answer.includes(leaves));
  const [event] = await lines.accesses(1);
  await app.stop();
  return event;
}

const part =
  (type: string, then: Route = () => {}): Route =>
  (request, response) => {
    response.writeHead(200, { 'content-type': type });
    response.write('part');
    return then(request, response);
  };
const CLIENT = 'the client closed the connection before the response was complete';
const HERE = 'the response was given up before it was complete';

describe('who ended a response that is not complete', () => {
  it.each<[string, Route, string | undefined, string]>([
    ['the client hangs up', part('text/html'), 'part', CLIENT],
    [
      'response.destroy()',
      part('text/html', (_request, response) => setImmediate(() => response.destroy())),
      undefined,
      HERE,
    ],
    [
      'request.socket.destroy()',
      part('text/html', (request) => setImmediate(() => request.socket.destroy())),
      undefined,
      HERE,
    ],
    [
      'request.socket.destroy(error)',
      part('text/html', (request) => setImmediate(() => request.socket.destroy(new Error('no more')))),
      undefined,
      HERE,
    ],
    ['request.destroy()', part('text/html', (request) => setImmediate(() => request.destroy())), undefined, HERE],
    [
      'a stream of events is cut off here',
      part('text/event-stream', (_request, response) => setImmediate(() => response.destroy())),
      undefined,
      HERE,
    ],
  ])('%s', async (_name, route, leaves, reason) => {
    expect(await eventOf(route, leaves)).toMatchObject({ tags: ['aborted'], event: { outcome: 'failure', reason } });
  });

  it.each([false, true])(
    'a client that leaves in the middle of its body did (server observed: %s)',
    async (isObserved) => {
      const lines = new Lines();
      const requests = requestLogger(lines.logger);
      const app = await serve(requests.handler(part('text/html')));
      if (isObserved) requests.observe(app.server);
      const head = 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n';
      await raw(app.port, `${head}the first`, (answer) => answer.includes('part'));
      const [event] = await lines.accesses(1);
      await app.stop();
      expect(event).toMatchObject({ tags: ['aborted'], event: { reason: CLIENT } });
      expect(lines.access).toHaveLength(1);
    },
  );

  it("a time-out of the server is this side's", async () => {
    const event = await eventOf(part('text/html'), undefined, ({ server }) => server.setTimeout(50));
    expect(event).toMatchObject({ tags: ['aborted'], event: { reason: HERE } });
  });

  it.each([
    ['given to writeHead', part('text/event-stream; charset=utf-8')],
    [
      'set before',
      ((_request, response) => {
        response.setHeader('Content-Type', 'text/event-stream');
        response.write('part');
      }) satisfies Route,
    ],
  ])('a client that leaves a stream of events is its ordinary end (%s)', async (_name, route) => {
    const event = await eventOf(route, 'part');
    expect(event).toMatchObject({ message: 'GET / 200', event: { outcome: 'success' } });
    expect(event).not.toHaveProperty('tags');
  });
});

describe('over HTTP/2', () => {
  async function http2Event(route: Route, client: (url: string, server: Http2Server) => void) {
    const lines = new Lines();
    const server = createHttp2Server(requestLogger(lines.logger).handler(route) as never);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    const [event] = await lines.accesses(1);
    server.close();
    return event;
  }
  const ask = (
    url: string,
    onData: (session: ReturnType<typeof connectHttp2>, stream: { close(code?: number): void }) => void,
  ) => {
    const session = connectHttp2(url);
    session.on('error', () => {});
    const stream = session.request({ ':path': '/', 'user-agent': 'test' });
    stream.on('error', () => {});
    stream.on('data', () => onData(session, stream));
    stream.on('end', () => session.close());
  };

  it('a response that the client cancels is aborted by it', async () => {
    const event = await http2Event(part('text/html'), (url) =>
      ask(url, (session, stream) => {
        stream.close(constants.NGHTTP2_CANCEL);
        session.close();
      }),
    );
    expect(event).toMatchObject({ tags: ['aborted'], event: { outcome: 'failure', reason: CLIENT } });
  });

  it('so is one whose whole session goes away', async () => {
    const event = await http2Event(part('text/html'), (url) => ask(url, (session) => session.destroy()));
    expect(event).toMatchObject({ tags: ['aborted'], event: { reason: CLIENT } });
  });

  type Given = { stream: { destroy(): void; close(code: number): void; session: { destroy(): void } } };
  it.each<[string, (response: ServerResponse & Given) => void]>([
    ['response.destroy()', (response) => response.destroy()],
    ['stream.destroy()', (response) => response.stream.destroy()],
    ['stream.close(INTERNAL_ERROR)', (response) => response.stream.close(constants.NGHTTP2_INTERNAL_ERROR)],
    ['session.destroy()', (response) => response.stream.session.destroy()],
  ])('one that this side gives up by %s is its own doing', async (_name, give) => {
    const route = part('text/html', (_request, response) => setImmediate(() => give(response as never)));
    const event = await http2Event(route, (url) => ask(url, () => {}));
    expect(event).toMatchObject({ tags: ['aborted'], event: { reason: HERE } });
  });

  it('one that is whole is whole', async () => {
    const event = await http2Event(
      (_request, response) => response.end('all'),
      (url) => ask(url, () => {}),
    );
    expect(event).toMatchObject({ message: 'GET / 200', event: { outcome: 'success' } });
    expect(event).not.toHaveProperty('tags');
  });
});

describe('what Node answers itself', () => {
  it.each([
    [
      'an Expect that it does not know',
      'POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nExpect: tea\r\nConnection: close\r\n\r\n',
      417,
    ],
    ['no Host', 'GET /a HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['a head that is too large', `GET /a HTTP/1.1\r\nHost: h\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['an Expect that it knows', 'GET /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n', 200],
  ])('has one event, with its status: %s', async (_name, bytes, status) => {
    const lines = new Lines();
    const requests = requestLogger(lines.logger);
    const app = await serve(requests.handler((_request, response) => response.end('ok')));
    requests.observe(app.server);
    const answer = await raw(app.port, bytes);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    await lines.accesses(1);
    await app.stop();
    expect(lines.access.map((event) => event['http'].response.status_code)).toEqual([status]);
  });
});

describe('addresses and names, however they are spelled', () => {
  it.each([
    '::ffff:203.0.113.7',
    '::FFFF:cb00:7107',
    '0:0:0:0:0:ffff:cb00:7107',
    '[::ffff:cb00:7107]:80',
    '0000::ffff:203.0.113.7',
  ])('%s is its IPv4 address', (spelled) => {
    expect(parseXForwardedFor(spelled)[0]?.address).toBe('203.0.113.7');
    expect(addressMatcher(['203.0.113.0/24'])(spelled.replace(/^\[|\]:80$/g, ''))).toBe(true);
    expect(addressMatcher(['::ffff:cb00:7100/120'])('203.0.113.7')).toBe(true);
  });

  it.each(['2001:db8::ffff:cb00:7107', '::1', '::cb00:7107', '::ffff:0:cb00:7107'])('%s is none', (address) => {
    expect(parseXForwardedFor(address)[0]?.address).toBe(address);
  });

  it.each([
    ['/', 'Example.COM.:8080'],
    ['http://example.com.:8080/', undefined],
    ['/', 'example.com..:8080'],
  ])('%s of %s has no dot at its end', (target, host) => {
    expect(urlFields(target, host, 'http')).toMatchObject({ domain: 'example.com', port: 8080 });
  });
});
