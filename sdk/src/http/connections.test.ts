import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FRAMEWORKS, raw, start } from '../../test/http_harness.js';
import { until } from '../../test/scripted_relp.js';

const HEAD = 'host: a.example\r\n';

describe.each(FRAMEWORKS)('connections of %s', (framework) => {
  it('tells one event for each request of a kept connection, each with ids of its own', async () => {
    const app = await start(framework, (request, response) => {
      app.lines.logger.info(`in ${request.url}`);
      response.end(request.url);
    });
    const two = `GET /1 HTTP/1.1\r\n${HEAD}\r\n`;
    await raw(app.port, two, (answer) => answer.includes('/1'));
    const socket = connect(app.port, '127.0.0.1');
    for (const path of ['/2', '/3']) {
      socket.write(`GET ${path} HTTP/1.1\r\n${HEAD}x-request-id: id${path}\r\n\r\n`);
      await new Promise((resolve) => socket.once('data', resolve));
    }
    socket.destroy();
    const events = await app.lines.accesses(3);
    await app.stop();
    expect(events.map((event) => event.message)).toEqual(['GET /1 200', 'GET /2 200', 'GET /3 200']);
    expect(events[1]?.http.request.id).toBe('id/2');
    for (const line of app.lines.all.filter((one) => one.message.startsWith('in '))) {
      const path = line.message.slice(3);
      expect(line.http.request.id).toBe(events.find((event) => event.url.path === path)?.http.request.id);
    }
  });

  it('tells pipelined requests apart, also when later ones are ready first', async () => {
    let quickIsReady = () => {};
    const quick = new Promise<void>((resolve) => {
      quickIsReady = resolve;
    });
    const app = await start(framework, async (request, response) => {
      if (request.url === '/slow') await quick.then(() => sleep(60));
      app.lines.logger.info(`in ${request.url}`);
      response.end(`<${request.url}>`);
      if (request.url === '/quick') quickIsReady();
    });
    const bytes = `GET /slow HTTP/1.1\r\n${HEAD}x-request-id: s\r\n\r\nGET /quick HTTP/1.1\r\n${HEAD}x-request-id: q\r\n\r\n`;
    const answer = await raw(app.port, bytes, (text) => text.includes('</quick>'));
    expect(answer.indexOf('</slow>')).toBeLessThan(answer.indexOf('</quick>'));
    const events = await app.lines.accesses(2);
    await app.stop();
    expect(Object.fromEntries(events.map((event) => [event.url.path, event.http.request.id]))).toEqual({
      '/slow': 's',
      '/quick': 'q',
    });
    for (const line of app.lines.all.filter((one) => one.message.startsWith('in '))) {
      expect(line.http.request.id).toBe(line.message === 'in /slow' ? 's' : 'q');
    }
    const slow = events.find((event) => event.url.path === '/slow');
    expect(slow?.event.duration).toBeGreaterThan(50e6);
  });

  it('counts streamed and chunked bodies both ways', async () => {
    const app = await start(framework, async (request, response) => {
      let read = 0;
      for await (const chunk of request) read += (chunk as Buffer).length;
      response.setHeader('x-read', read);
      await pipeline(Readable.from(['é'.repeat(10), Buffer.alloc(30_000), 'end']), response);
    });
    const sent = Readable.from([Buffer.alloc(50_000), Buffer.from('tail')]);
    const answer = await new Promise<number>((resolve, reject) => {
      const outgoing = httpRequest(
        { port: app.port, host: '127.0.0.1', method: 'POST', headers: { 'content-type': 'application/octet-stream' } },
        (incoming) => {
          let length = 0;
          incoming.on('data', (chunk: Buffer) => {
            length += chunk.length;
          });
          incoming.on('end', () => resolve(length));
        },
      );
      outgoing.on('error', reject);
      sent.pipe(outgoing);
    });
    const [event] = await app.lines.accesses(1);
    await app.stop();
    expect(answer).toBe(30_023);
    expect(event?.http).toMatchObject({ request: { body: { bytes: 50_004 } }, response: { body: { bytes: 30_023 } } });
    expect(event).not.toHaveProperty('tags');
  });

  it('logs an upload that broke off, with what had come', async () => {
    let read = 0;
    const app = await start(framework, async (request, response) => {
      for await (const chunk of request) read += (chunk as Buffer).length;
      response.end();
    });
    const socket = connect(app.port, '127.0.0.1');
    socket.write(
      `PUT /up HTTP/1.1\r\n${HEAD}content-type: application/octet-stream\r\ncontent-length: 1000\r\n\r\n${'x'.repeat(300)}`,
    );
    await until(() => read === 300);
    socket.destroy();
    const [event] = await app.lines.accesses(1);
    await app.stop();
    expect(event).toMatchObject({
      tags: ['aborted'],
      event: { outcome: 'failure' },
      http: { request: { body: { bytes: 300 } } },
    });
    expect(app.lines.access).toHaveLength(1);
  });

  it('logs a download that broke off, with the status that was sent', async () => {
    const app = await start(framework, async (_request, response) => {
      response.writeHead(200);
      const closed = new Promise((resolve) => response.once('close', resolve));
      const more = setInterval(() => response.write(Buffer.alloc(1000)), 5);
      await closed;
      clearInterval(more);
    });
    await raw(app.port, `GET /down HTTP/1.1\r\n${HEAD}\r\n`, (answer) => answer.length > 3000);
    const [event] = await app.lines.accesses(1);
    await app.stop();
    expect(event).toMatchObject({ message: 'GET /down 200', tags: ['aborted'], event: { outcome: 'failure' } });
    expect(event?.event.reason).toContain('client');
    expect(event?.http.response).toMatchObject({ status_code: 200 });
    expect(event?.http.response.body.bytes).toBeGreaterThanOrEqual(3000);
  });

  it('says so when this side gave a response up', async () => {
    const app = await start(framework, (_request, response) => {
      response.writeHead(200);
      response.write('some', () => response.destroy(new Error('the disk went away')));
      return new Promise((resolve) => response.once('close', resolve));
    });
    await raw(app.port, `GET /file HTTP/1.1\r\n${HEAD}\r\n`);
    const [event] = await app.lines.accesses(1);
    await app.stop();
    expect(event).toMatchObject({ tags: ['aborted'], http: { response: { status_code: 200 } } });
    expect(event?.event.reason).toContain('given up');
    expect(event?.error.message).toBe('the disk went away');
  });

  it('writes HTTP/1.0, OPTIONS * and strange methods down as they are', async () => {
    const app = await start(framework, (_request, response) => {
      response.end('x');
    });
    await raw(app.port, `GET /old HTTP/1.0\r\n\r\n`);
    await raw(app.port, `PROPFIND /dav HTTP/1.1\r\n${HEAD}connection: close\r\n\r\n`);
    const [old, dav] = await app.lines.accesses(2);
    await app.stop();
    expect(old).toMatchObject({ http: { version: '1.0', request: { method: 'GET' } }, url: { path: '/old' } });
    expect(old?.url).not.toHaveProperty('domain');
    expect(dav?.http.request.method).toBe('PROPFIND');
  });
});
