import { Readable } from 'node:stream';
import type Application from 'koa';
import { describe, expect, it } from 'vitest';
import { installedVersion, KOA } from '../../test/framework_versions.js';
import { fresh, httpFixture } from '../../test/http_fixture.js';

const { listen } = httpFixture();

describe.each(KOA)('%s', (version, Koa) => {
  async function app(use: (app: Application) => void) {
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

  it('is the version that it says', () => {
    const name = version === 'Koa 2' ? 'koa2' : 'koa';
    expect(`Koa ${installedVersion(name).split('.')[0]}`).toBe(version);
  });
});
