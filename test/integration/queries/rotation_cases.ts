import { describe, expect, it } from 'vitest';
import type { rotaApi } from './node';
import { attemptsOf, balancerLines, countBy, dueByStepping, nginxLines, SCOPE } from './truth';
import { END, START, WEB3_BROKEN, WEBAPPS, type World } from './world';

type Api = ReturnType<typeof rotaApi>;

export function rotationCases(world: World, apis: () => { full: Api; cloud: Api }): void {
  describe('rotation', () => {
    it('counts users’ requests, probes, retries and failures as they were, by one search', async () => {
      const { full } = apis();
      await full.ask('rotation', SCOPE);
      full.calls.length = 0;
      const { data, partial } = await full.ask('rotation', { ...SCOPE, buckets: 100 });
      const requests = balancerLines(world);
      expect(partial).toBe(false);
      expect(data.state).toBe('ok');
      expect(data.overview?.figures).toMatchObject({
        requests: requests.length,
        counted_at: 'lb-1',
        probes: world.probes.filter(({ t }) => t >= START && t < END).length,
        probe_interval_s: 10,
        hosts_known: 6,
        hosts_in_pool: 6,
        retries: nginxLines(world).filter(({ attempts }) => attempts.length > 1).length,
        failed: requests.filter(({ status }) => status >= 500).length,
      });
      expect(full.calls).toEqual(['POST /_msearch']);
    });

    it('gives each webapp the turns that it had, retries included, with status classes and mean duration', async () => {
      const { data } = await apis().full.ask('rotation', SCOPE);
      const hosts = data.overview!.tiers.find(({ tier }) => tier === 'webapp')!.hosts;
      const attempts = attemptsOf(nginxLines(world));
      for (const { host, frontend, requests, classes, mean_ms, share } of hosts) {
        const own = attempts.filter(({ webapp }) => webapp === host);
        expect({ host, requests, frontend }).toEqual({
          host,
          requests: own.length,
          frontend: WEBAPPS[host as 'web-1'].frontend,
        });
        expect(classes).toEqual({
          s2xx: own.filter(({ status }) => status < 300).length,
          s3xx: own.filter(({ status }) => status >= 300 && status < 400).length,
          s4xx: own.filter(({ status }) => status >= 400 && status < 500).length,
          s5xx: own.filter(({ status }) => status >= 500).length,
          other: 0,
        });
        expect(mean_ms).toBeCloseTo(own.reduce((sum, { ms }) => sum + ms, 0) / own.length, 6);
        expect(share).toBeCloseTo(own.length / attempts.length, 10);
      }
    });

    it('says what was due to each, as stepping through the morning finds it', async () => {
      const { data } = await apis().full.ask('rotation', { ...SCOPE, buckets: 120 });
      const due = dueByStepping(world);
      for (const host of data.overview!.tiers.find(({ tier }) => tier === 'webapp')!.hosts) {
        expect(Math.abs(host.due - due[host.host]!), host.host).toBeLessThan(0.002);
        // As if it had never been out: half of what its frontend in fact got.
        const home = nginxLines(world).filter(({ frontend }) => frontend === host.frontend);
        const turns = attemptsOf(home).length / attemptsOf(nginxLines(world)).length;
        expect(host.equal).toBeCloseTo(turns / 2, 3);
      }
    });

    it('names the absences: web-3 by nginx, frontend-2 by its probes', async () => {
      const { data } = await apis().full.ask('rotation', SCOPE);
      const outs = data.overview!.out_of_pool;
      expect(outs.filter(({ host }) => host === 'frontend-2').map(({ from, to }) => [from, to])).toEqual([
        world.words.map(({ t }) => t),
      ]);
      expect(outs.filter(({ host }) => host === 'web-3').map(({ from, kind }) => [from, kind])).toEqual(
        world.disabled.map(({ t }, i) => [t, i === 0 ? 'passive' : 'failed_try']),
      );
    });

    it('draws each host’s requests in time without losing one', async () => {
      const { data } = await apis().full.ask('rotation', SCOPE);
      const { series, figures } = data.overview!;
      const sum = (row: number[]) => row.reduce((a, b) => a + b, 0);
      expect(sum(series.total)).toBe(figures.requests);
      const attempts = countBy(attemptsOf(nginxLines(world)), ({ webapp }) => webapp);
      for (const { host, requests } of series.hosts.filter(({ tier }) => tier === 'webapp'))
        expect(sum(requests)).toBe(attempts[host]);
    });

    it('shows every 5XX of the lens and a fair sample of the rest, retries as two marks', async () => {
      const lens = {
        from: new Date(WEB3_BROKEN.from - 30_000).toISOString(),
        to: new Date(WEB3_BROKEN.from + 30_000).toISOString(),
      };
      const { data } = await apis().full.ask('rotation', {
        ...SCOPE,
        parts: ['turns'],
        turns: { ...lens, limit: 100 },
      });
      const inside = nginxLines(world).filter(({ end }) => end >= Date.parse(lens.from) && end < Date.parse(lens.to));
      const failed = inside.filter(({ attempts }) => attempts.some(({ status }) => status >= 500));
      const turns = data.turns!;
      expect(turns.requests).toBe(inside.length);
      expect(turns.every_5xx).toBe(true);
      const drawn = new Set(turns.marks.map(({ request_id }) => request_id));
      for (const { id } of failed) expect(drawn.has(id)).toBe(true);
      expect(turns.marks.filter(({ attempts }) => attempts === 2)).toHaveLength(
        2 * failed.filter(({ attempts }) => attempts.length === 2).length,
      );
      expect(drawn.size - failed.length).toBe(100);
      expect(turns.one_in).toBeCloseTo((inside.length - failed.length) / 100, 1);
    });

    it('lists consecutive requests in order, none left out', async () => {
      const from = new Date(START + 60_000);
      const { data } = await apis().full.ask('rotation', {
        ...SCOPE,
        parts: ['turns'],
        turns: {
          from: from.toISOString(),
          to: new Date(START + 120_000).toISOString(),
          order_from: from.toISOString(),
          order_size: 50,
        },
      });
      const expected = nginxLines(world)
        .filter(({ end }) => end >= from.getTime())
        .sort((a, b) => a.end - b.end)
        .slice(0, 50);
      expect(data.turns!.order.marks.map(({ request_id }) => request_id)).toEqual(expected.map(({ id }) => id));
    });

    it('without balancer lines reads the first tier from the frontends, and says so', async () => {
      const { data } = await apis().cloud.ask('rotation', SCOPE);
      const { figures, tiers } = data.overview!;
      expect(figures).toMatchObject({ requests: nginxLines(world).length, counted_at: 'frontends' });
      const first = tiers.find(({ tier }) => tier === 'frontend')!;
      expect(first.source).toBe('nginx.access');
      expect(first.source_note).toMatch(/balancer wrote no lines/);
      expect(Object.fromEntries(first.hosts.map(({ host, requests }) => [host, requests]))).toEqual(
        countBy(nginxLines(world), ({ frontend }) => frontend),
      );
    });

    it('filters by service, pool, environment, KQL and pills', async () => {
      const { full } = apis();
      const total = async (changes: object) =>
        (await full.ask('rotation', { ...SCOPE, ...changes })).data.overview!.figures.requests;
      const all = balancerLines(world).length;
      expect(await total({ service: ['shop'], environment: ['production'], pool: ['webapps'] })).toBe(all);
      expect(await total({ service: ['other'] })).toBe(0);
      const posts = balancerLines(world).filter(({ method }) => method === 'POST').length;
      expect(await total({ kql: 'http.request.method: POST' })).toBe(posts);
      expect(await total({ filters: [{ field: 'http.request.method', op: 'is_not', value: 'POST' }] })).toBe(
        all - posts,
      );
    });

    it('says why there is nothing: no match, nothing in the range', async () => {
      const { full } = apis();
      const none = await full.ask('rotation', { ...SCOPE, kql: 'url.path: "/nowhere"' });
      expect([none.data.state, none.data.overview?.verdict.tone]).toEqual(['no_match', 'neutral']);
      const before = await full.ask('rotation', { from: '2026-10-01T00:00:00Z', to: '2026-10-01T01:00:00Z' });
      expect(before.data.state).toBe('no_data_in_range');
      expect(before.data.last_request_at).toBeGreaterThan(START);
    });

    it('answers a closed range from its cache the second time', async () => {
      const { full } = apis();
      const question = { ...SCOPE, buckets: 77 };
      expect((await full.ask('rotation', question)).cached).toBe(false);
      full.calls.length = 0;
      expect((await full.ask('rotation', question)).cached).toBe(true);
      expect(full.calls).toEqual([]);
    });
  });
}
