import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FRAMEWORKS, raw, start } from '../../test/http_harness.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(FRAMEWORKS)('the access event of %s', (framework) => {
  it('tells one whole request in ECS', async () => {
    const app = await start(framework, async (request, response) => {
      for await (const _chunk of request);
      response.end('hello');
    });
    const answer = await fetch(`http://127.0.0.1:${app.port}/a/b?x=1`, {
      method: 'POST',
      body: 'four',
      headers: { referer: 'http://here.example/', 'user-agent': 'probe/1', 'content-type': 'application/octet-stream' },
    });
    expect(await answer.text()).toBe('hello');
    const [event] = await app.lines.accesses(1);
    await app.stop();
    expect(event).toMatchObject({
      level: 'info',
      message: 'POST /a/b 200',
      data_stream: { dataset: 'rota.access' },
      event: { kind: 'event', category: ['web'], type: ['access'], dataset: 'rota.access', outcome: 'success' },
      http: {
        version: '1.1',
        request: { method: 'POST', referrer: 'http://here.example/', body: { bytes: 4 } },
        response: { status_code: 200, body: { bytes: 5 } },
      },
      url: { original: '/a/b?x=1', path: '/a/b', query: 'x=1', scheme: 'http', domain: '127.0.0.1', port: app.port },
      source: { ip: '127.0.0.1', address: '127.0.0.1' },
      client: { ip: '127.0.0.1' },
      server: { address: '127.0.0.1', port: app.port },
      user_agent: { original: 'probe/1' },
    });
    expect(event?.http.request.id).toMatch(UUID);
    expect(event?.trace.id).toMatch(/^[0-9a-f]{32}$/);
    expect(event?.span.id).toMatch(/^[0-9a-f]{16}$/);
    expect(event?.source.port).toBeGreaterThan(0);
    expect(event?.event.duration).toBeGreaterThan(0);
    expect(Number.isInteger(event?.event.duration)).toBe(true);
    expect(event).not.toHaveProperty('error');
    expect(event).not.toHaveProperty('tags');
    expect(app.lines.access).toHaveLength(1);
  });

  it('carries the stack of the error that failed the request', async () => {
    const app = await start(framework, async () => {
      await nextTurn();
      throw Object.assign(new TypeError('the till is empty'), { code: 'E_TILL' });
    });
    const answer = await fetch(`http://127.0.0.1:${app.port}/pay`);
    expect(answer.status).toBe(500);
    const [event] = await app.lines.accesses(1);
    await app.stop();
    expect(event).toMatchObject({
      level: 'error',
      message: 'GET /pay 500',
      event: { outcome: 'failure', type: ['access', 'error'] },
      http: { response: { status_code: 500 } },
      error: { type: 'TypeError', code: 'E_TILL', message: 'the till is empty' },
    });
    expect(event?.error.stack_trace).toContain('access_log.test.ts');
  });

  it('gives every line of a request its ids, also in listeners and timers', async () => {
    const app = await start(framework, async (request, response) => {
      app.lines.logger.info('first');
      await nextTurn();
      app.lines.logger.info('later');
      request.on('data', () => app.lines.logger.info('data'));
      response.on('finish', () => app.lines.logger.info('finish'));
      await new Promise<void>((resolve) => request.on('end', resolve));
      response.end();
    });
    await fetch(`http://127.0.0.1:${app.port}/`, {
      method: 'PUT',
      body: 'body',
      headers: {
        'content-type': 'application/octet-stream',
        'x-request-id': 'given-1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    });
    const [event] = await app.lines.accesses(1);
    await app.stop();
    expect(event).toMatchObject({ parent: { id: 'b7ad6b7169203331' } });
    expect(app.lines.all.map((line) => line.message).sort()).toEqual(['PUT / 200', 'data', 'finish', 'first', 'later']);
    for (const line of app.lines.all) {
      expect(line.http.request.id).toBe('given-1');
      expect(line.trace.id).toBe('0af7651916cd43dd8448eb211c80319c');
      expect(line.span.id).toBe(event?.span.id);
    }
  });

  it('logs a client that hangs up before the answer, without a status', async () => {
    const hangUp = new AbortController();
    const app = await start(framework, (_request, response) => {
      const closed = new Promise((resolve) => response.on('close', resolve));
      hangUp.abort();
      return closed;
    });
    await fetch(`http://127.0.0.1:${app.port}/slow`, { signal: hangUp.signal }).catch(() => {});
    const [event] = await app.lines.accesses(1);
    await app.stop();
    expect(event).toMatchObject({ message: 'GET /slow aborted', tags: ['aborted'], event: { outcome: 'failure' } });
    expect(event?.event.reason).toContain('the client closed');
    expect(event?.http.response).not.toHaveProperty('status_code');
  });

  it('counts nothing for HEAD, 304 and 204', async () => {
    const app = await start(framework, (request, response) => {
      response.statusCode = request.url === '/304' ? 304 : request.url === '/204' ? 204 : 200;
      response.end('not sent');
    });
    const one = (line: string) => raw(app.port, `${line} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
    expect(await one('HEAD /head')).not.toContain('not sent');
    await one('GET /304');
    await one('GET /204');
    const events = await app.lines.accesses(3);
    await app.stop();
    expect(events.map((event) => [event.message, event.http.response.body.bytes])).toEqual([
      ['HEAD /head 200', 0],
      ['GET /304 304', 0],
      ['GET /204 204', 0],
    ]);
  });
});
