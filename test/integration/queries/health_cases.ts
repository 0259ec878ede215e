import { describe, expect, it } from 'vitest';
import type { HealthRequest } from '../../../common/api';
import type { rotaApi } from './node';
import { balancerLines, countBy, nginxLines, SCOPE } from './truth';
import { BOTH_DOWN, PROBE_MS, START, WEB3_BROKEN, type World } from './world';

type Api = ReturnType<typeof rotaApi>;

export function healthCases(world: World, apis: () => { full: Api; words: Api; cloud: Api }): void {
  const [down, up] = world.words.map(({ t }) => t) as [number, number];

  describe('health', () => {
    it('finds the ejection of frontend-2 with its gap and the users it hurt', async () => {
      const { data } = await apis().full.ask('health', SCOPE);
      const event = data.overview!.events.find(({ kind }) => kind === 'ejected')!;
      const hurt = balancerLines(world).filter(
        ({ t, frontend, status }) => frontend === 'frontend-2' && status >= 500 && t >= BOTH_DOWN.from && t < down,
      );
      expect(event).toMatchObject({
        hosts: ['frontend-2'],
        since: down,
        until: up,
        duration_ms: up - down,
        evidence: 'replay',
      });
      expect(event.users_hurt).toBe(hurt.length);
      expect(event.first_failure).toBe(hurt[0]!.t);
      expect(event.gap_ms).toBe(down - hurt[0]!.t);
      expect(event.cause).toMatch(/web-3 and web-4 both answered 5XX/);
      const traced = balancerLines(world).find(({ id }) => id === event.trace_request_id);
      expect(traced?.status).toBe(503);
    });

    it('rebuilds from probes what the balancer itself says, within one probe interval', async () => {
      const replayed = (await apis().full.ask('health', SCOPE)).data.overview!.events.filter(
        ({ kind }) => kind === 'ejected',
      );
      const spoken = (await apis().words.ask('health', SCOPE)).data.overview!.events.filter(
        ({ kind }) => kind === 'ejected',
      );
      expect(spoken.map(({ evidence }) => evidence)).toEqual(['own_words']);
      expect(replayed).toHaveLength(spoken.length);
      replayed.forEach((event, i) => {
        expect(event.hosts).toEqual(spoken[i]!.hosts);
        expect(Math.abs(event.since - spoken[i]!.since)).toBeLessThan(PROBE_MS);
        expect(Math.abs(event.until! - spoken[i]!.until!)).toBeLessThan(PROBE_MS);
      });
    });

    it('finds web-3 taken out by nginx, its failed tries and who was hurt', async () => {
      const { data } = await apis().full.ask('health', SCOPE);
      const event = data.overview!.events.find(({ kind }) => kind === 'ejected_passive')!;
      expect(event).toMatchObject({
        hosts: ['web-3'],
        by: 'frontend-2',
        since: world.disabled[0]!.t,
        evidence: 'error_log',
      });
      expect(event.until).toBe(world.disabled.at(-1)!.t + 10_000);
      expect(event.cause).toContain(`${world.disabled.length - 1} further tries failed`);
      const broken = nginxLines(world).filter(
        ({ attempts, t }) => t >= WEB3_BROKEN.from && t < WEB3_BROKEN.to && attempts[0]!.status === 500,
      );
      expect(event.users_hurt).toBe(broken.filter(({ status }) => status === 500).length);
    });

    it('tells silence from failure: web-4 wrote nothing, yet its frontend gave it turns', async () => {
      const { data } = await apis().full.ask('health', SCOPE);
      const silent = data.overview!.events.filter(({ kind }) => kind === 'silent');
      expect(silent.map(({ hosts }) => hosts)).toEqual([['web-4']]);
      expect(Math.abs(silent[0]!.since - world.silent.from)).toBeLessThan(5_000);
      expect(Math.abs(silent[0]!.until! - world.silent.to)).toBeLessThan(5_000);
      const lane = data.overview!.lanes.find(({ host }) => host === 'web-4')!;
      expect(lane.segments.map(({ state }) => state)).toEqual([
        'serving',
        'errors',
        'no_turns',
        'serving',
        'silent',
        'serving',
      ]);
    });

    it('finds the deploy as one event of all hosts', async () => {
      const { data } = await apis().full.ask('health', SCOPE);
      const deploys = data.overview!.events.filter(({ kind }) => kind === 'deploy');
      expect(deploys).toHaveLength(1);
      expect([...deploys[0]!.hosts].sort()).toEqual(['web-1', 'web-2', 'web-3', 'web-4']);
      expect(deploys[0]!.cause).toContain('1.4.2 → 1.5.0');
      expect(data.annotations.find(({ kind }) => kind === 'deploy')?.label).toBe('deploy 1.4.2 → 1.5.0');
    });

    it('numbers events oldest first and finds no others', async () => {
      const { data } = await apis().full.ask('health', SCOPE);
      expect(data.overview!.events.map(({ n, kind }) => [n, kind])).toEqual([
        [1, 'ejected_passive'],
        [2, 'ejected'],
        [3, 'deploy'],
        [4, 'silent'],
      ]);
    });

    it('adds up: error budget, status classes, routes and the 5XX rate', async () => {
      const { data } = await apis().full.ask('health', SCOPE);
      const { budget, classes, routes, series, figures, peak } = data.overview!;
      const requests = balancerLines(world);
      const failed = requests.filter(({ status }) => status >= 500);
      expect(budget).toMatchObject({
        requests: requests.length,
        failures: failed.length,
        allowed: Math.floor(requests.length / 1000),
      });
      expect(budget.in_gap + budget.elsewhere).toBe(failed.length);
      expect(classes.s5xx).toBe(failed.length);
      expect(series.s5xx.reduce((a, b) => a + b, 0)).toBe(failed.length);
      expect(figures.users_hurt).toBe(failed.length);
      const route = ({ method, path }: { method: string; path: string }) => `${method} ${path.replace(/\d+/, ':id')}`;
      expect(Object.fromEntries(routes.map((r) => [`${r.method} ${r.path}`, r.failed]))).toEqual(
        countBy(failed, route),
      );
      const totals = countBy(requests, route);
      for (const r of routes) expect(r.requests).toBe(totals[`${r.method} ${r.path}`]);
      expect(peak!.t).toBeGreaterThanOrEqual(BOTH_DOWN.from - 15_000);
      expect(peak!.t).toBeLessThan(down);
    });

    it('keeps probes on the lanes and counts the failed ones', async () => {
      const { data } = await apis().full.ask('health', SCOPE);
      const inside = world.probes.filter(({ t }) => t >= START);
      expect(data.overview!.figures).toMatchObject({
        probes: inside.length,
        probes_failed: inside.filter(({ status }) => status === 503).length,
        best_gap_ms: { min: 20_000, max: 30_000 },
      });
      const lane = data.overview!.lanes.find(({ host }) => host === 'frontend-2')!;
      expect(lane.in_pool_share).toBeCloseTo(1 - (up - down) / 1_800_000, 6);
      expect(lane.segments.map(({ state }) => state)).toEqual([
        'serving',
        'errors',
        'probes_failing',
        'out',
        'serving',
      ]);
    });

    it('orders hosts by their slowest answers', async () => {
      const { data } = await apis().full.ask('health', SCOPE);
      const hosts = data.overview!.hosts;
      expect(hosts[0]!.host).toBe('web-3');
      const own = nginxLines(world)
        .flatMap(({ attempts }) => attempts)
        .filter(({ webapp, logged }) => webapp === 'web-3' && logged);
      const sorted = own.map(({ ms }) => ms - 2).sort((a, b) => a - b);
      // Elasticsearch's percentiles are approximate (t-digest).
      for (const [key, share] of [
        ['p50_ms', 0.5],
        ['p95_ms', 0.95],
        ['p99_ms', 0.99],
      ] as const) {
        expect(Math.abs(hosts[0]![key] - sorted[Math.floor(share * sorted.length)]!)).toBeLessThan(3);
      }
    });

    it('draws an event second by second', async () => {
      const event = {
        hosts: ['frontend-2'],
        tier: 'frontend',
        since: new Date(down).toISOString(),
        until: new Date(up).toISOString(),
      } satisfies HealthRequest['event'];
      const { data } = await apis().full.ask('health', { ...SCOPE, parts: ['event'], event });
      const detail = data.event!;
      const inside = balancerLines(world).filter(
        ({ t, frontend }) => frontend === 'frontend-2' && t >= detail.from && t < detail.to,
      );
      expect(detail.interval_ms).toBe(1000);
      expect(detail.failed.reduce((a, b) => a + b, 0)).toBe(inside.filter(({ status }) => status >= 500).length);
      expect(detail.good.reduce((a, b) => a + b, 0)).toBe(inside.filter(({ status }) => status < 500).length);
      expect(detail.marks.map(({ kind, t }) => [kind, t])).toEqual([
        ['first_failure', detail.gap!.from],
        ['ejected', down],
        ['recovered', up - PROBE_MS],
        ['returned', up],
      ]);
      expect(detail.carried.map(({ host }) => host)).toEqual(['frontend-1']);
    });

    it('without balancer lines still sees the ejection by its probes', async () => {
      const { data } = await apis().cloud.ask('health', SCOPE);
      const event = data.overview!.events.find(({ kind }) => kind === 'ejected')!;
      expect([event.since, event.until]).toEqual([down, up]);
    });
  });
}
