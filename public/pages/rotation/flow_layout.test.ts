import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Flow, layoutFlow, MOST_NODES } from './flow_layout';

const flow = fc
  .array(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 12 })
  .map((counts): Flow => {
    const node = (id: string, tier: Flow['nodes'][number]['tier'], requests: number) => ({
      id,
      tier,
      name: id,
      requests,
      share: 0,
      failed: 0,
      failed_share: 0,
    });
    const link = (from: string, to: string, requests: number) => ({ from, to, requests, failed: 0, retries: 0 });
    const sums = counts.map((webapps) => webapps.reduce((a, b) => a + b, 0));
    return {
      nodes: [
        node(
          'lb',
          'lb',
          sums.reduce((a, b) => a + b, 0),
        ),
        ...sums.map((n, i) => node(`f${i}`, 'frontend', n)),
        ...counts.flatMap((webapps, i) => webapps.map((n, j) => node(`w${i}-${j}`, 'webapp', n))),
      ],
      links: [
        ...sums.map((n, i) => link('lb', `f${i}`, n)),
        ...counts.flatMap((webapps, i) => webapps.map((n, j) => link(`f${i}`, `w${i}-${j}`, n))),
      ],
    };
  });

describe('the flow from balancer to webapps', () => {
  it('loses no request when many hosts become "others"', () => {
    fc.assert(
      fc.property(flow, (given) => {
        const { nodes } = layoutFlow(given, 300);
        for (const tier of ['lb', 'frontend', 'webapp'] as const) {
          const of = (list: { tier: string; requests: number }[]) =>
            list.filter((node) => node.tier === tier).reduce((sum, { requests }) => sum + requests, 0);
          expect(of(nodes)).toBe(of(given.nodes));
          expect(nodes.filter((node) => node.tier === tier).length).toBeLessThanOrEqual(MOST_NODES);
        }
      }),
    );
  });

  it('keeps the nodes of a tier apart and inside the drawing', () => {
    fc.assert(
      fc.property(flow, (given) => {
        const { nodes, height } = layoutFlow(given, 300);
        for (const tier of ['lb', 'frontend', 'webapp']) {
          const own = nodes.filter((node) => node.tier === tier).sort((a, b) => a.y - b.y);
          own.forEach((node, i) => {
            expect(node.y).toBeGreaterThanOrEqual(-0.001);
            expect(node.y + node.height).toBeLessThanOrEqual(height + 0.001);
            const next = own[i + 1];
            if (next) expect(next.y).toBeGreaterThanOrEqual(node.y + node.height - 0.001);
          });
        }
      }),
    );
  });
});
