import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { FASTIFY, installedVersion } from '../../test/framework_versions.js';
import { fresh, httpFixture, json } from '../../test/http_fixture.js';
import type { RequestLoggerOptions } from './options.js';

const { closing } = httpFixture();

describe.each(FASTIFY)('%s', (version, fastify) => {
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

  it('is the version that it says', () => {
    const name = version === 'Fastify 4' ? 'fastify4' : 'fastify';
    expect(`Fastify ${installedVersion(name).split('.')[0]}`).toBe(version);
  });
});
