import { describe, expect, it } from 'vitest';
import type { rotaApi } from '../queries/node';
import { BEGIN, DEAD, OLDEST_MS, POOLS, REPEATED, RUNS, SERVER, WINDOW } from './runs_world';

type Api = ReturnType<typeof rotaApi>;

const size = (ranges: [number, number][]) => ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);

export function runsCases(api: () => Api): void {
  describe('process runs', () => {
    it('judges each run as it was: missing ranges, drops, dead letters, unproven tails', async () => {
      const { data } = await api().ask('delivery', WINDOW);
      const runs = data.overview!.runs;
      expect(runs).toHaveLength(RUNS.length);
      for (const known of RUNS) {
        const run = runs.find(({ id }) => id === known.id)!;
        const lost = size(known.missing) + size(known.dropped) + known.dead.length;
        expect(run, known.id).toMatchObject({
          state: known.state,
          host: known.host,
          sent: known.written,
          sent_is_lower_bound: !known.closed,
          indexed: known.written - lost,
          missing: size(known.missing),
          dead_letters: known.dead.length,
          unproven_after: known.state === 'unproven' ? known.written : null,
          duplicates_refused: known.id === REPEATED.run ? REPEATED.each * 174 : 0,
        });
        expect(run.missing_ranges.map(({ first, last }) => [first, last])).toEqual(known.missing);
        expect(run.drops.reduce((sum, { count }) => sum + count, 0)).toBe(size(known.dropped));
      }
      expect(runs.map(({ state }) => state)).toEqual(['missing', 'missing', 'unproven', 'running', 'proven', 'proven']);
    });

    it('keeps an account that adds up', async () => {
      const { account, counts, verdict } = (await api().ask('delivery', WINDOW)).data.overview!;
      const total = (value: (run: (typeof RUNS)[number]) => number) => RUNS.reduce((sum, run) => sum + value(run), 0);
      expect(account).toMatchObject({
        written: total(({ written }) => written),
        missing: total(({ missing }) => size(missing)),
        drops: total(({ dropped }) => size(dropped)),
        dead_letters: total(({ dead }) => dead.length),
        in_flight: 0,
        duplicates_refused: 2 * 174,
      });
      expect(account.indexed + account.drops + account.dead_letters + account.missing).toBe(account.written);
      expect(counts).toEqual({ runs: 6, proven: 2, running: 1, unproven: 1, unsearched: 0, missing: 2 });
      expect(verdict.tone).toBe('danger');
      expect(verdict.headline).toMatch(
        /^2 of 6 runs proven complete; 1 running, complete so far; 1 run unproven; 506 lines missing in run web-2·many$/,
      );
    });

    it('says when a gap happened and shows the numbers around it', async () => {
      const { data } = await api().ask('delivery', { ...WINDOW, parts: ['run'], run: { id: 'bbbb-gap' } });
      const { run, around, headline, strip } = data.run!;
      expect(run.missing_ranges[0]).toMatchObject({
        first: 4207,
        last: 4209,
        from: BEGIN + 4206 * 200,
        to: BEGIN + 4210 * 200,
      });
      expect(around.filter(({ state }) => state === 'missing').map(({ sequence }) => sequence)).toEqual([
        4207, 4208, 4209,
      ]);
      expect(around.find(({ sequence }) => sequence === 4206)).toMatchObject({
        state: 'indexed',
        received: BEGIN + 4206 * 200 + 50,
      });
      expect(headline).toContain('3 lines');
      expect(strip).toEqual([{ kind: 'missing', first: 4207, last: 4209 }]);
    });

    it('finds the missing numbers without reading the run', async () => {
      const delivery = api();
      await delivery.ask('delivery', { ...WINDOW, buckets: 50 });
      delivery.calls.length = 0;
      await delivery.ask('delivery', { ...WINDOW, buckets: 51 });
      // Active runs, their lives, what is declared, two rounds for each of the two runs with other absent numbers, and the
      // times around.
      expect(delivery.calls.length).toBeLessThanOrEqual(3 + 2 * 3 + 1);
    });

    it('measures lag, queues, indexing and the log server’s absence', async () => {
      const { data } = await api().ask('delivery', { ...WINDOW, buckets: 60 });
      const { lag_p50_ms, lag_p95_ms, series, outages } = data.overview!;
      expect([lag_p50_ms, lag_p95_ms]).toEqual([1000, 5000]);
      expect(series.queues).toMatchObject([{ server: SERVER.name, queue: 'main Q' }]);
      const away = series.times
        .map((t, i) => [t, i] as const)
        .filter(([t]) => t >= SERVER.downFrom && t < SERVER.downTo);
      expect(away.every(([, i]) => series.queues[0]!.depth[i] === null && series.indexed_per_s[i] === null)).toBe(true);
      expect(series.indexed_per_s[0]).toBe(14);
      expect(series.waiting.map(({ server }) => server)).toEqual([SERVER.name]);
      const [{ oldest_ms: oldest }] = series.waiting as [(typeof series.waiting)[number]];
      expect(series.times.every((_, i) => oldest[i] === (series.indexed_per_s[i] === null ? null : OLDEST_MS))).toBe(
        true,
      );
      expect(outages).toEqual([{ server: SERVER.name, from: SERVER.downFrom - 10_000, to: SERVER.downTo }]);
    });

    it('shows the runs of a pool’s webapps, of several pools, and of none', async () => {
      const idsOf = async (pool: string[]) =>
        (await api().ask('delivery', { ...WINDOW, pool })).data.overview!.runs.map(({ id }) => id).sort();
      const behind = (hosts: string[]) => RUNS.filter(({ host }) => hosts.includes(host)).map(({ id }) => id);
      for (const [pool, hosts] of Object.entries(POOLS)) expect(await idsOf([pool]), pool).toEqual(behind(hosts));
      expect(await idsOf(Object.keys(POOLS))).toEqual(RUNS.map(({ id }) => id));
      expect(await idsOf(['nobody'])).toEqual([]);
    });

    it('keeps dead letters by reason, with their bytes', async () => {
      const delivery = api();
      const { data } = await delivery.ask('delivery', WINDOW);
      expect(data.overview!.dead_letters.map(({ reason, count }) => [reason, count])).toEqual([
        ['No rule reads it', DEAD.unparsable],
        ['Elasticsearch refused it for logs-rota.app', 1],
      ]);
      const opened = await delivery.ask('delivery', {
        ...WINDOW,
        parts: ['dead_letter'],
        dead_letter: { reason: 'No rule reads it', size: 3, offset: 2 },
      });
      expect(opened.data.dead_letter).toMatchObject({ total: DEAD.unparsable });
      expect(opened.data.dead_letter!.items).toHaveLength(3);
      expect(Buffer.from(opened.data.dead_letter!.items[0]!.raw_base64, 'base64')).toEqual(DEAD.raw);
    });
  });
}
