import { describe, expect, it } from 'vitest';
import { type Doc, documentsOf, LAG_MS } from './documents';
import type { rotaApi } from './node';
import { attemptsOf, balancerLines, dueByStepping, nginxLines, SCOPE } from './truth';
import type { World } from './world';

type Api = ReturnType<typeof rotaApi>;

const NAMES: readonly [RegExp, string][] = [
  [/web-(\d)/g, 'blog-$1'],
  [/frontend-(\d)/g, 'edge-$1'],
  [/127\.0\.0\.1:802/g, '127.0.0.1:803'],
  [/"port":802/g, '"port":803'],
  [/"pool":"webapps"/g, '"pool":"blogapps"'],
  [/"(pool|backend_name)":"frontends"/g, '"$1":"edges"'],
  [/"name":"shop"/g, '"name":"blog"'],
  [/req-/g, 'blogreq-'],
];

const BLOG_LATER_MS = 4000;

/** A shop and a blog behind one balancer, each with frontends and webapps of its own; the blog's morning is calm. */
export function* twoServicesDocuments(shop: World, blog: World, namespace: string): Generator<Doc> {
  yield* documentsOf(shop, { balancer: true, words: true, namespace });
  for (const { stream, id, body } of documentsOf(calm(blog), { balancer: true, words: false, namespace })) {
    const text = NAMES.reduce((all, [from, to]) => all.replace(from, to), JSON.stringify(body));
    yield { stream, id: `blog-${id}`, body: later(JSON.parse(text)) };
  }
}

/** The blog's lines take longer to Elasticsearch. */
function later(body: { event: { ingested: string } }): object {
  const ingested = new Date(Date.parse(body.event.ingested) + BLOG_LATER_MS).toISOString();
  return { ...body, event: { ...body.event, ingested } };
}

/** Every third request, without those that met a failure: another amount of turns than the shop's. */
export function calm(world: World): World {
  const good = ({ status, attempts }: World['requests'][number]) => status < 500 && attempts.length === 1;
  return {
    ...world,
    requests: world.requests.filter((request, i) => i % 3 === 0 && good(request)),
    probes: world.probes.map((probe) => ({ ...probe, status: 200 })),
    words: [],
    disabled: [],
  };
}

export function twoServicesCases(shop: World, blog: World, api: () => Api): void {
  const hostsOf = (hosts: { host: string }[]) => hosts.map(({ host }) => host);
  const shopTurns = attemptsOf(nginxLines(shop)).length;
  const blogTurns = attemptsOf(nginxLines(calm(blog))).length;
  const shopTier = async (changes: object, tier: string) =>
    (await api().ask('rotation', { ...SCOPE, buckets: 120, ...changes })).data.overview!.tiers.find(
      (one) => one.tier === tier,
    )!;

  describe('two services behind one balancer', () => {
    it('due to a host are its own pool’s turns only', async () => {
      const { hosts } = await shopTier({}, 'webapp');
      expect(hosts).toHaveLength(8);
      const due = dueByStepping(shop);
      const part = shopTurns / (shopTurns + blogTurns);
      for (const { host, due: found } of hosts.filter((one) => one.host.startsWith('web-'))) {
        expect(Math.abs(found - due[host]! * part), host).toBeLessThan(0.002);
      }
      const blogs = hosts.filter(({ host }) => host.startsWith('blog-'));
      // Nobody of the blog was ever out: what was due is what would have been anyhow.
      for (const { host, equal, due: found } of blogs) expect(Math.abs(equal - found), host).toBeLessThan(1e-6);
      expect(blogs.reduce((sum, { equal }) => sum + equal, 0)).toBeCloseTo(1 - part, 6);
      const first = await shopTier({}, 'frontend');
      expect(hostsOf(first.hosts)).toEqual(['edge-1', 'edge-2', 'frontend-1', 'frontend-2']);
      expect(first.hosts.reduce((sum, { due: d }) => sum + d, 0)).toBeCloseTo(1, 6);
      expect(first.hosts.find(({ host }) => host === 'frontend-1')!.due).toBeGreaterThan(0.35);
    });

    it('a chosen service’s pools hold its own hosts alone', async () => {
      const webapps = await shopTier({ service: ['blog'] }, 'webapp');
      expect(hostsOf(webapps.hosts)).toEqual(['blog-1', 'blog-2', 'blog-3', 'blog-4']);
      expect(webapps.requests).toBe(blogTurns);
      const frontends = await shopTier({ service: ['blog'] }, 'frontend');
      expect(hostsOf(frontends.hosts)).toEqual(['edge-1', 'edge-2']);
      expect(frontends.source_note).toMatch(/do not say which service/);
    });

    it('a chosen pool of the balancer takes its lines, its frontends and their webapps', async () => {
      const { data } = await api().ask('rotation', { ...SCOPE, pool: ['edges'] });
      const [frontends, webapps] = data.overview!.tiers;
      expect(hostsOf(frontends!.hosts)).toEqual(['edge-1', 'edge-2']);
      expect(hostsOf(webapps!.hosts)).toEqual(['blog-1', 'blog-2', 'blog-3', 'blog-4']);
      expect(data.overview!.figures.requests).toBe(balancerLines(calm(blog)).length);
      expect(data.overview!.out_of_pool).toEqual([]);
    });

    it('Delivery measures the lag of the chosen service, of its pools, and of what is searched for', async () => {
      const lagOf = async (changes: object) => {
        const { lag_p50_ms: p50, lag_p95_ms: p95 } = (await api().ask('delivery', { ...SCOPE, ...changes })).data
          .overview!;
        return [p50, p95];
      };
      const [shopLag, blogLag] = [LAG_MS, LAG_MS + BLOG_LATER_MS];
      expect(await lagOf({})).toEqual([shopLag, blogLag]);
      expect(await lagOf({ service: ['shop'] })).toEqual([shopLag, shopLag]);
      expect(await lagOf({ service: ['blog'] })).toEqual([blogLag, blogLag]);
      expect(await lagOf({ pool: ['edges'] })).toEqual([blogLag, blogLag]);
      expect(await lagOf({ kql: 'service.name: blog' })).toEqual([blogLag, blogLag]);
      expect(await lagOf({ service: ['nobody'] })).toEqual([null, null]);
    });

    it('Health of one service has neither the other’s lanes nor its events', async () => {
      const blogOnly = (await api().ask('health', { ...SCOPE, service: ['blog'] })).data.overview!;
      expect(blogOnly.lanes.every(({ host }) => /^(blog|edge)-/.test(host))).toBe(true);
      expect(blogOnly.lanes).toHaveLength(6);
      expect(blogOnly.events.flatMap(({ hosts }) => hosts).filter((host) => !/^(blog|edge)-/.test(host))).toEqual([]);
      const shopOnly = (await api().ask('health', { ...SCOPE, service: ['shop'] })).data.overview!;
      expect(shopOnly.events.some(({ kind, hosts }) => kind === 'ejected' && hosts[0] === 'frontend-2')).toBe(true);
      expect(shopOnly.lanes).toHaveLength(6);
    });
  });
}
