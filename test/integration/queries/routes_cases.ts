import { describe, expect, it } from 'vitest';
import type { Doc } from './documents';
import type { rotaApi } from './node';

const BEGIN = Date.parse('2026-11-17T06:00:00Z');
const WINDOW = { from: new Date(BEGIN).toISOString(), to: new Date(BEGIN + 1_800_000).toISOString() };
const ORDERS = 700;

/** More paths than a search counts: each order fails once; of ten logins half fail. */
export function* manyPathsDocuments(namespace: string): Generator<Doc> {
  const requests = [
    ...Array.from({ length: 10 }, (_, i) => ({ path: '/login', status: i % 2 === 0 ? 500 : 200 })),
    ...Array.from({ length: ORDERS }, (_, i) => ({ path: `/orders/${i}`, status: 500 })),
    ...Array.from({ length: ORDERS }, (_, i) => ({ path: `/orders/${i}`, status: 200 })),
    ...Array.from({ length: ORDERS }, (_, i) => ({ path: `/items/${i}`, status: 200 })),
  ];
  for (const [i, { path, status }] of requests.entries()) {
    const id = `many-${i}`;
    const upstream = { address: '10.0.0.1:80', status_code: status };
    yield {
      stream: `logs-nginx.access-${namespace}`,
      id,
      body: {
        '@timestamp': new Date(BEGIN + i * 500).toISOString(),
        event: { id, dataset: 'nginx.access' },
        host: { name: 'frontend-1' },
        http: { request: { method: 'GET' }, response: { status_code: status } },
        url: { path },
        rota: { tier: 'frontend', upstream },
      },
    };
  }
}

export function routesCases(api: () => ReturnType<typeof rotaApi>): void {
  describe('routes with more paths than are counted', () => {
    it('are lower bounds and said to be, and have no share of what was not counted', async () => {
      const { routes, routes_cut } = (await api().ask('health', WINDOW)).data.overview!;
      expect(routes_cut).toBe(true);
      const orders = routes.find(({ path }) => path === '/orders/:id')!;
      expect(orders.failed).toBeLessThan(ORDERS);
      expect(orders.failed).toBeGreaterThan(200);
      expect(orders.failed_share).toBeNull();
      expect(routes.find(({ path }) => path === '/login')).toMatchObject({
        failed: 5,
        requests: 10,
        failed_share: 0.5,
      });
    });
  });
}
