import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, documents, eventually } from '../support/elasticsearch.js';
import { startTestStack } from '../support/stack.js';

const USERS = { bool: { must_not: { term: { tags: 'health_check' } } } };

let running: Awaited<ReturnType<typeof startTestStack>>;

beforeAll(async () => {
  running = await startTestStack({ webapp: 'django' });
});
afterAll(() => running?.stop());

async function get(path: string): Promise<{ id: string; host: string; status: number }> {
  const response = await fetch(`${running.stack.status().urls['site']}${path}`);
  await response.arrayBuffer();
  return {
    id: response.headers.get('x-request-id') ?? '',
    host: response.headers.get('x-served-by') ?? '',
    status: response.status,
  };
}

test('requests to Django under Gunicorn are found once in each tier, joined by their id', async () => {
  const sent = [];
  for (let n = 1; n <= 60; n++) sent.push(await get(`products/${n}`));
  expect(new Set(sent.map(({ host }) => host))).toEqual(new Set(['web-1', 'web-2', 'web-3', 'web-4']));
  for (const dataset of ['haproxy.log', 'nginx.access', 'gunicorn.access']) {
    const hits = await eventually(
      () => documents(running.stack.elasticsearchUrl, `logs-${dataset}-rota`, USERS),
      (found) => found.length >= sent.length,
    );
    expect(hits.map((hit) => at(hit._source, 'http.request.id')).sort(), dataset).toEqual(
      sent.map(({ id }) => id).sort(),
    );
  }
});

test('an exception in Django is one error event with type, message and stack', async () => {
  const { status, host } = await get('error');
  expect(status).toBe(500);
  const errors = await eventually(
    () =>
      documents(running.stack.elasticsearchUrl, 'logs-gunicorn.error-rota', { exists: { field: 'error.stack_trace' } }),
    (found) => found.length > 0,
  );
  expect(errors).toHaveLength(1);
  const [error] = errors;
  expect(at(error!._source, 'error.type')).toBe('KeyError');
  expect(at(error!._source, 'host.name')).toBe(host);
  expect(String(at(error!._source, 'error.stack_trace'))).toMatch(/^Traceback[\s\S]*KeyError/);
});

test('a fault switched on by the demo command makes a Django webapp answer 503, and ends by itself', async () => {
  await running.stack.fail('web-2', { status: 503, for_s: 2 });
  const direct = () => fetch(`http://127.0.0.1:${running.stack.ports.webapp(2)}/`).then(({ status }) => status);
  expect(await direct()).toBe(503);
  expect(await eventually(direct, (status) => status === 200)).toBe(200);
});
