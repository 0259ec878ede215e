import { describe, expect, it } from 'vitest';
import type { rotaApi } from './node';
import { nginxLines, SCOPE } from './truth';
import type { World } from './world';

type Api = ReturnType<typeof rotaApi>;

export function traceCases(world: World, apis: () => { full: Api }): void {
  const all = nginxLines(world);

  describe('trace', () => {
    it('joins all hops of a retried request and corrects web-3’s clock', async () => {
      const retried = all.find(({ attempts }) => attempts.length === 2)!;
      const { data } = await apis().full.ask('trace', { request_id: retried.id });
      expect(data).toMatchObject({
        found: true,
        joined_by: 'http.request.id',
        status: 200,
        retries: 1,
        failed_ms: retried.attempts[0]!.ms,
      });
      expect(data.hops.map(({ kind, host }) => [kind, host])).toEqual([
        ['balancer', 'lb-1'],
        ['frontend', retried.frontend],
        ['attempt', 'web-3'],
        ['event', 'web-3'],
        ['line', 'web-3'],
        ['attempt', 'web-4'],
        ['event', 'web-4'],
      ]);
      expect(data.clocks.find(({ host }) => host === 'web-3')!.correction_ms).toBeLessThan(0);
      expect(data.lines).toHaveLength(5);
      expect(data.hops.find(({ kind }) => kind === 'line')!.error).toMatchObject({
        type: 'TypeError',
        folded: [expect.stringContaining('node_modules')],
      });
    });

    it('looks for an id where it is told to, then everywhere', async () => {
      const [line] = all;
      for (const where of [
        { near: '2024-02-29T02:00:00Z' },
        { from: '2024-02-29T00:00:00Z', to: '2024-03-01T00:00:00Z' },
      ]) {
        const { data } = await apis().full.ask('trace', { request_id: line!.id, ...where });
        expect(data).toMatchObject({ found: true, request_id: line!.id, t: line!.t });
      }
    });

    it('says that it found nothing', async () => {
      const { data } = await apis().full.ask('trace', { request_id: 'no-such-id' });
      expect(data).toMatchObject({ found: false, hops: [], lines: [] });
    });

    it('offers lines near in time, as a guess, for a line without an id', async () => {
      const { full } = apis();
      const probes = await full.ask('requests', {
        ...SCOPE,
        include_probes: true,
        kql: 'url.path: "/healthz"',
        size: 1,
        parts: ['rows'],
      });
      const [row] = probes.data.rows!.rows;
      const { data } = await full.ask('trace', { line: { index: row!.index, id: row!.id } });
      expect(data).toMatchObject({ found: true, joined_by: 'near_in_time', request_id: null });
      expect(data.verdict!.headline).toMatch(/no request id/);
    });
  });
}
