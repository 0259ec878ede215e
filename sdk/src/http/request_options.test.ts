import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { fresh, httpFixture } from '../../test/http_fixture.js';
import { raw } from '../../test/http_harness.js';
import { requestLogger } from './index.js';

const { closing, listen } = httpFixture();

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
    const { port } = server.address() as AddressInfo;
    const get = (headers: string) => raw(port, `GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${headers}\r\n`);
    await get('');
    await get('x-forwarded-for: 10.0.0.9\r\n');
    await get('x-forwarded-for: 203.0.113.7, 10.0.0.9\r\n');
    await get('user-agent: kube-probe/1.29\r\n');
    await get('user-agent: kube-probe/1.29\r\nx-forwarded-for: 203.0.113.7\r\n');
    await get('user-agent: Mozilla/5.0\r\n');
    const events = await lines.accesses(6);
    expect(events.map((event) => event.tags?.[0])).toEqual([
      'health_check',
      'health_check',
      undefined,
      'health_check',
      undefined,
      undefined,
    ]);
  });
});
