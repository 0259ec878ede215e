import { describe, expect, it } from 'vitest';
import { fresh, httpFixture } from '../../test/http_fixture.js';
import { recordError } from './index.js';

const { listen } = httpFixture();

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
