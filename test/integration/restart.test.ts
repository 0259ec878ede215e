import { afterAll, beforeAll, expect, test } from 'vitest';
import { balancerStats } from '../../stack/services/haproxy.js';
import { at, documents, eventually } from '../support/elasticsearch.js';
import { startTestStack } from '../support/stack.js';

const USERS = { bool: { must_not: { term: { tags: 'health_check' } } } };

let running: Awaited<ReturnType<typeof startTestStack>>;

beforeAll(async () => {
  running = await startTestStack();
});
afterAll(() => running?.stop());

async function send(from: number, to: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = from; n < to; n++) {
    const response = await fetch(`${running.stack.status().urls['site']}products/${n}`);
    await response.arrayBuffer();
    ids.push(response.headers.get('x-request-id') as string);
  }
  return ids;
}

test('lines that are written while the rsyslog server is away arrive once it is back, each exactly once', async () => {
  const before = await send(0, 40);
  await running.stack.stop('log-1');
  const meanwhile = await send(40, 80);
  await running.stack.start('log-1');
  const after = await send(80, 120);
  const sent = [...before, ...meanwhile, ...after].sort();
  for (const dataset of ['haproxy.log', 'nginx.access', 'rota.access']) {
    const hits = await eventually(
      () => documents(running.stack.elasticsearchUrl, `logs-${dataset}-rota`, USERS),
      (found) => found.length >= sent.length,
    );
    expect(hits.map((hit) => at(hit._source, 'http.request.id')).sort(), dataset).toEqual(sent);
  }
});

test('a webapp that was stopped leaves the round and comes back into it', async () => {
  await running.stack.stop('web-3');
  const without = new Set<string>();
  for (let n = 0; n < 24; n++) {
    const response = await fetch(running.stack.status().urls['site'] as string);
    await response.arrayBuffer();
    without.add(response.headers.get('x-served-by') ?? '');
  }
  expect([...without].sort()).toEqual(['web-1', 'web-2', 'web-4']);
  await running.stack.start('web-3');
  const served = await eventually(
    async () => {
      const response = await fetch(running.stack.status().urls['site'] as string);
      await response.arrayBuffer();
      return response.headers.get('x-served-by');
    },
    (host) => host === 'web-3',
  );
  expect(served).toBe('web-3');
});

test('a frontend that fails is taken out by the balancer, and returns when it is mended', async () => {
  const { stack } = running;
  const own = async () => {
    const servers = await balancerStats(stack.ports.haproxyStats);
    return servers.find(({ server }) => server === 'frontend-1')?.status ?? '';
  };
  expect(await own()).toBe('UP');
  await stack.fail('frontend-1', { status: 500 });
  expect(await eventually(own, (status) => status === 'DOWN')).toBe('DOWN');
  await stack.mend('frontend-1');
  expect(await eventually(own, (status) => status === 'UP')).toBe('UP');
});
