import { describe, expect, it } from 'vitest';
import type { Doc } from './documents';
import type { rotaApi } from './node';

type Api = ReturnType<typeof rotaApi>;

/** Four hours of a site whose frontend-2 stopped after half an hour, and whose web-2 nginx gave up an hour in. */
const BEGIN = Date.parse('2026-11-18T06:00:00Z');
const MINUTE = 60_000;
const END = BEGIN + 240 * MINUTE;
const EVERY_MS = 10_000;
const FELL = BEGIN + 30 * MINUTE;
const BROKE = BEGIN + 60 * MINUTE;

interface LongAbsence {
  words: boolean;
  recorded: boolean;
  /** No balancer's lines, and an error log of level `error`, which does not say that nginx gives up on a webapp. */
  cloud?: true;
}

export function* longAbsenceDocuments(namespace: string, options: LongAbsence) {
  const line = (t: number, dataset: string, host: string, body: object): Doc => {
    const id = `${dataset}-${host}-${t}-${Object.keys(body).length}`;
    const common = { '@timestamp': new Date(t).toISOString(), event: { id, dataset }, host: { name: host } };
    return { stream: `logs-${dataset}-${namespace}`, id, body: { ...common, ...body } };
  };
  const http = { request: { method: 'GET' }, response: { status_code: 200 } };
  const backend = { backend_name: 'frontends', server_name: 'frontend-1' };
  for (let t = BEGIN; t < END; t += EVERY_MS) {
    const probe = { tags: ['health_check'], source: { ip: '10.0.0.1' }, url: { path: '/' }, http, rota: {} };
    yield line(t, 'nginx.access', 'frontend-1', probe);
    if (t < FELL) yield line(t, 'nginx.access', 'frontend-2', probe);
    const served = t + 2000;
    const request = { http, url: { path: '/item' } };
    if (!options.cloud) {
      yield line(served, 'haproxy.log', 'lb-1', { ...request, haproxy: backend, rota: { pool: 'frontends' } });
    }
    const upstream = { address: '127.0.0.1:8021', status_code: 200 };
    const attempts = options.cloud && t >= BROKE && [{ n: 1, address: '127.0.0.1:8022', status_code: 502 }, upstream];
    const rota = { pool: 'webapps', upstream, ...(attempts ? { attempts } : {}) };
    yield line(served, 'nginx.access', 'frontend-1', { ...request, rota });
    const server = { address: '127.0.0.1', port: 8021 };
    yield line(served, 'rota.access', 'web-1', { ...request, server, service: { name: 'shop' } });
    if (t < BROKE) continue;
    const said = options.cloud ? {} : { event: { action: 'upstream_disabled' } };
    const disabled = { ...said, message: 'connect() failed', rota: { upstream: { address: '127.0.0.1:8022' } } };
    yield line(t + 3000, 'nginx.error', 'frontend-1', disabled);
  }
  if (options.words) {
    const event = { action: 'server_down', reason: 'Layer4 timeout' };
    yield line(FELL + 25_000, 'haproxy.log', 'lb-1', {
      event,
      haproxy: { ...backend, server_name: 'frontend-2' },
      rota: { pool: 'frontends' },
    });
  }
  if (options.recorded) {
    const health = { host: '127.0.0.1:8022', tier: 'webapp', pool: 'frontend-1', state: 'ejected', cause: 'Recorded.' };
    yield line(BROKE + 3000, 'rota.health', '127.0.0.1:8022', { rota: { tier: 'webapp', health } });
  }
}

export function longAbsenceCases(apis: () => { away: Api; awaySpoken: Api; awayCloud: Api }): void {
  const windowAt = (end: number) => ({
    from: new Date(end - 30 * MINUTE).toISOString(),
    to: new Date(end).toISOString(),
    buckets: 100,
  });
  const health = async (api: Api, end: number) => (await api.ask('health', windowAt(end))).data.overview!;

  describe('hosts that fell long before the window', () => {
    it('are out since the balancer said so, on a lane, and nothing is called good', async () => {
      const { events, lanes, verdict } = await health(apis().awaySpoken, END);
      const event = events.find(({ kind }) => kind === 'ejected')!;
      expect(event).toMatchObject({ hosts: ['frontend-2'], since: FELL + 25_000, until: null });
      expect(lanes.find(({ host }) => host === 'frontend-2')!.segments.map(({ state }) => state)).toEqual(['out']);
      expect(verdict.tone).toBe('warning');
      expect(verdict.headline).toMatch(/frontend-2.* out of the pool; no user request got a 5XX/);
    });

    it('without its words: it is silent in every window, and whether it fell or was taken away is not known', async () => {
      for (const end of [END, END - 7 * MINUTE, FELL + 50 * MINUTE]) {
        const { events, lanes, not_known } = await health(apis().away, end);
        expect(events.filter(({ kind }) => kind === 'ejected')).toEqual([]);
        expect(events.find(({ kind }) => kind === 'silent')).toMatchObject({ hosts: ['frontend-2'], until: null });
        expect(not_known.find(({ id }) => id === 'unknown.gone')?.because).toContain('frontend-2');
        const states = lanes.filter(({ host }) => host === 'frontend-2').flatMap(({ segments }) => segments);
        expect(states.filter(({ state }) => state === 'serving')).toEqual([]);
      }
    });

    it('belong to their pool, in which nothing was due to them', async () => {
      const { data } = await apis().awaySpoken.ask('rotation', windowAt(END));
      const { tiers, figures } = data.overview!;
      const hosts = tiers.find(({ tier }) => tier === 'frontend')!.hosts;
      expect(hosts.map(({ host, requests, due, equal }) => [host, requests, due, equal])).toEqual([
        ['frontend-1', 180, 1, 0.5],
        ['frontend-2', 0, 0, 0.5],
      ]);
      expect(figures.hosts_known - (figures.hosts_in_pool ?? Number.NaN)).toBeGreaterThanOrEqual(1);
    });

    it('a webapp is out since its first failed tries of the last hour, or since when it was recorded', async () => {
      const passive = async (api: Api, end: number) =>
        (await health(api, end)).events.find(({ kind }) => kind === 'ejected_passive')!;
      expect(await passive(apis().away, BROKE + 50 * MINUTE)).toMatchObject({ since: BROKE + 3000, until: null });
      expect((await passive(apis().awaySpoken, END)).since).toBe(BROKE + 3000);
    });

    it('behind a balancer that writes nothing: no line and no probe while others serve is silence, not health', async () => {
      for (const end of [FELL + 15 * MINUTE, END]) {
        const { events, verdict, figures } = await health(apis().awayCloud, end);
        const silent = events.find(({ kind }) => kind === 'silent')!;
        expect(silent).toMatchObject({ hosts: ['frontend-2'], until: null });
        // Since its last sign, in every window.
        expect(silent.since).toBe(FELL - EVERY_MS);
        expect(silent.cause).toMatch(/no probe, while the other frontends were served/);
        expect(verdict).toMatchObject({ tone: 'warning', headline: expect.stringContaining('frontend-2 is silent') });
        expect(figures.serving).toBeLessThan(figures.hosts_known);
      }
      const { data } = await apis().awayCloud.ask('rotation', windowAt(END));
      const hosts = data.overview!.tiers.find(({ tier }) => tier === 'frontend')!.hosts;
      expect(hosts.find(({ host }) => host === 'frontend-2')).toMatchObject({ due: 0, marked: false });
    });

    it('a webapp of which the error log says nothing is out by its failed attempts, and its lines are found', async () => {
      const { events } = await health(apis().awayCloud, BROKE + 20 * MINUTE);
      const event = events.find(({ kind }) => kind === 'ejected_passive')!;
      expect(event).toMatchObject({ evidence: 'access_log', since: BROKE + 2000 + 2 * EVERY_MS, until: null });
      const window = windowAt(BROKE + 20 * MINUTE);
      const { data } = await apis().awayCloud.ask('requests', { ...window, kql: event.lines.kql! });
      expect(data.summary!.matching).toBe((20 * MINUTE) / EVERY_MS);
    });
  });
}
