import { Readable } from 'node:stream';
import type { ErrorRequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { EXPRESS, installedVersion } from '../../test/framework_versions.js';
import { fresh, httpFixture, json } from '../../test/http_fixture.js';
import { addToContext, currentContext, runWithContext } from '../context.js';
import { propagationHeaders } from './index.js';

const { listen } = httpFixture();

describe.each(EXPRESS)('%s', (version, express) => {
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

  it('is the version that it says', () => {
    const name = version === 'Express 5' ? 'express5' : 'express';
    expect(`Express ${installedVersion(name).split('.')[0]}`).toBe(version);
  });

  it('tells a rejected promise, where the framework notices it', async () => {
    const { lines, requests } = fresh();
    const app = express().set('env', 'test').use(requests);
    app.get('/', async (_request, _response, next) => {
      const failed = Promise.reject(new RangeError('later'));
      // Express 4 leaves rejections to its users.
      if (version === 'Express 4') failed.catch(next);
      else await failed;
    });
    app.use(requests.errors);
    expect((await fetch(await listen(app))).status).toBe(500);
    const [event] = await lines.accesses(1);
    expect(event).toMatchObject({ message: 'GET / 500', error: { type: 'RangeError', message: 'later' } });
  });
});
