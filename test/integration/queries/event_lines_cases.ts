import { describe, expect, it } from 'vitest';
import { type Doc, documentsOf } from './documents';
import type { rotaApi } from './node';
import { SCOPE } from './truth';
import { WEBAPPS, type World } from './world';

type Api = ReturnType<typeof rotaApi>;
type Body = {
  '@timestamp': string;
  event: { action?: string };
  host: { name: string };
  http?: { request?: { id?: string } };
  log?: { level?: string };
  haproxy?: { server_name?: string };
  rota?: { upstream?: { address?: string } };
};

export function eventLinesCases(world: World, apis: () => { full: Api; words: Api }): void {
  const documents = [...documentsOf(world, { balancer: true, words: true })];

  /** Ids of all that should be told, oldest first. */
  function told(from: number, to: number, tells: (dataset: string, body: Body) => boolean): string[] {
    const dataset = ({ stream }: Doc) => stream.replace(/^logs-/, '').replace(/-[^-]*$/, '');
    return documents
      .map((doc) => ({ id: doc.id, dataset: dataset(doc), body: doc.body as Body }))
      .filter(({ body }) => Date.parse(body['@timestamp']) >= from && Date.parse(body['@timestamp']) < to)
      .filter(({ dataset: of, body }) => tells(of, body))
      .sort((a, b) => Date.parse(a.body['@timestamp']) - Date.parse(b.body['@timestamp']))
      .map(({ id }) => id);
  }
  const loudOf = (host: string) => (dataset: string, body: Body) =>
    body.host.name === host && dataset === 'rota.app' && body.log?.level !== 'info';

  async function linesOf(api: Api, host: string, kind: string) {
    const { events } = (await api.ask('health', SCOPE)).data.overview!;
    const { tier, since, until, hosts } = events.find((one) => one.kind === kind && one.hosts.includes(host))!;
    const event = { hosts, tier, since: new Date(since).toISOString(), until: new Date(until!).toISOString() };
    return (await api.ask('health', { ...SCOPE, parts: ['event'], event })).data.event!;
  }

  describe('the lines that tell of an event', () => {
    it('of a frontend: the balancer’s DOWN and UP, and its own nginx’s errors', async () => {
      const { lines, from, to } = await linesOf(apis().words, 'frontend-2', 'ejected');
      const expected = told(
        from,
        to,
        (dataset, { host, haproxy, event }) =>
          (dataset === 'haproxy.log' && haproxy?.server_name === 'frontend-2' && /^server_/.test(event.action ?? '')) ||
          (dataset === 'nginx.error' && host.name === 'frontend-2'),
      );
      const words = lines.shown.filter(({ dataset }) => dataset === 'haproxy.log');
      expect(words.map(({ host, t }) => [host, t])).toEqual(world.words.map(({ t }) => ['lb-1', t + 3]));
      expect(lines.total).toBe(expected.length);
      if (expected.length <= 50) expect(lines.shown.map(({ id }) => id)).toEqual(expected);
      expect(lines.shown.map(({ t }) => t)).toEqual(lines.shown.map(({ t }) => t).sort((a, b) => a - b));
    });

    it('of a webapp: what nginx says of its address, and its own errors; nothing of its sibling', async () => {
      const { lines, from, to } = await linesOf(apis().full, 'web-3', 'ejected_passive');
      const disabled = told(
        from,
        to,
        (dataset, { rota }) => dataset === 'nginx.error' && rota?.upstream?.address === WEBAPPS['web-3'].address,
      );
      const own = told(from, to, loudOf('web-3'));
      expect(disabled.length).toBeGreaterThan(0);
      expect(lines.total).toBe(disabled.length + own.length);
      const shown = lines.shown.filter(({ dataset }) => dataset === 'nginx.error').map(({ id }) => id);
      expect(shown).toEqual(disabled.slice(0, 50));
      expect(lines.shown).toHaveLength(Math.min(50, lines.total));
      expect(lines.shown.every(({ text, level }) => text.length > 0 && level !== 'info')).toBe(true);
    });

    it('whom nobody complains of has none', async () => {
      const { lines } = await linesOf(apis().full, 'web-4', 'silent');
      expect(lines).toEqual({ shown: [], total: 0 });
    });

    it('of an application: message and error, and the request to trace', async () => {
      const { lines } = await linesOf(apis().full, 'web-3', 'ejected_passive');
      const own = lines.shown.filter(({ dataset }) => dataset === 'rota.app');
      expect(own.length).toBeGreaterThan(0);
      const stored = new Map(documents.map(({ id, body }) => [id, body as Body]));
      for (const { id, text, request_id } of own) {
        expect(text).toBe(
          "Could not price the cart · TypeError: Cannot read properties of undefined (reading 'currency')",
        );
        expect(request_id).toBe(stored.get(id)?.http?.request?.id);
      }
    });

    it('of several hosts: what each of them said and what nginx said of each', async () => {
      const { tier, since, until } = (await apis().full.ask('health', SCOPE)).data.overview!.events.find(
        ({ kind, hosts }) => kind === 'ejected_passive' && hosts.includes('web-3'),
      )!;
      const hosts = Object.keys(WEBAPPS);
      const span = { since: new Date(since).toISOString(), until: new Date(until!).toISOString() };
      const event = { hosts, tier, ...span };
      const { lines, from, to } = (await apis().full.ask('health', { ...SCOPE, parts: ['event'], event })).data.event!;
      const disabled = told(from, to, (dataset) => dataset === 'nginx.error');
      const own = hosts.flatMap((host) => told(from, to, loudOf(host)));
      expect(new Set(hosts.filter((host) => told(from, to, loudOf(host)).length > 0)).size).toBeGreaterThan(1);
      expect(lines.total).toBe(disabled.length + own.length);
    });

    it('of a deploy: the turns of all its hosts, and no host’s probes', async () => {
      const { from, to, hosts, good, failed, probes } = await linesOf(apis().full, 'web-1', 'deploy');
      expect([...hosts].sort()).toEqual(Object.keys(WEBAPPS).sort());
      const turns = world.requests.filter(({ end }) => end >= from && end < to);
      const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
      expect([sum(good), sum(failed)]).toEqual([
        turns.filter(({ attempts }) => attempts.at(-1)!.status < 500).length,
        turns.filter(({ attempts }) => attempts.at(-1)!.status >= 500).length,
      ]);
      expect(probes).toEqual([]);
    });
  });
}
