import { describe, expect, it } from 'vitest';
import type { rotaApi } from './node';
import { countBy, nginxLines, SCOPE } from './truth';
import type { World } from './world';

type Api = ReturnType<typeof rotaApi>;

export function fieldsCases(world: World, apis: () => { full: Api }): void {
  const all = nginxLines(world);

  describe('fields', () => {
    it('offers services, pools, environments and hosts', async () => {
      const { data } = await apis().full.ask('fields', SCOPE);
      expect(data.selectors!.services.map(({ value }) => value)).toEqual(['shop']);
      expect(data.selectors!.environments.map(({ value }) => value)).toEqual(['production']);
      expect(data.selectors!.pools.map(({ value }) => value)).toEqual(['frontends', 'webapps']);
      expect(data.selectors!.hosts.map(({ host }) => host)).toEqual([
        'frontend-1',
        'frontend-2',
        'web-1',
        'web-2',
        'web-3',
        'web-4',
      ]);
    });

    it('lists fields with type and coverage, those of the webapps too', async () => {
      const { data } = await apis().full.ask('fields', { ...SCOPE, parts: ['list'] });
      const field = (name: string) => data.list!.fields.find((one) => one.name === name);
      expect(data.list!.lines).toBe(all.length);
      expect(field('http.request.id')).toMatchObject({ type: 'keyword', coverage: 1, counted_at: 'frontends' });
      expect(field('service.version')).toMatchObject({ type: 'keyword', coverage: 1, counted_at: 'webapps' });
      expect(field('rota.attempts')!.coverage).toBeCloseTo(
        all.filter(({ attempts }) => attempts.length > 1).length / all.length,
        10,
      );
      expect(field('rota.attempts.status_code')).toMatchObject({
        type: 'long',
        nested: 'rota.attempts',
        coverage: field('rota.attempts')!.coverage,
      });
      expect(data.list!.empty).toContain('user.name');
      expect(
        data.list!.empty.filter((name) => /^rota\.attempts(\.(n|address|status_code|duration))?$/.test(name)),
      ).toEqual([]);
    });

    it('compares a field’s top values with all traffic', async () => {
      const { data } = await apis().full.ask('fields', {
        ...SCOPE,
        parts: ['values'],
        field: 'url.path',
        kql: 'http.request.method: POST',
      });
      const posts = all.filter(({ method }) => method === 'POST');
      const paths = countBy(posts, ({ path }) => path);
      expect(Object.fromEntries(data.values!.values.map(({ value, count }) => [value, count]))).toEqual(paths);
      const cart = data.values!.values.find(({ value }) => value === '/cart')!;
      expect(cart.share).toBeCloseTo(paths['/cart']! / posts.length, 10);
      expect(cart.share_of_all).toBeCloseTo(paths['/cart']! / all.length, 10);
    });

    it('counts the requests, not the attempts, that carry a value of an attempt', async () => {
      const { data } = await apis().full.ask('fields', {
        ...SCOPE,
        parts: ['values'],
        field: 'rota.attempts.status_code',
        kql: 'http.request.method: GET',
      });
      const retried = all.filter(({ attempts }) => attempts.length > 1);
      const gets = all.filter(({ method }) => method === 'GET');
      const statuses = countBy(
        retried.flatMap(({ attempts }) => [...new Set(attempts.map(({ status }) => status))]),
        String,
      );
      expect(Object.fromEntries(data.values!.values.map(({ value, count }) => [value, count]))).toEqual(statuses);
      const [failed] = data.values!.values.filter(({ value }) => value === '500');
      expect(failed!.share).toBeCloseTo(statuses['500']! / gets.length, 10);
      expect(failed!.share_of_all).toBeCloseTo(statuses['500']! / all.length, 10);
    });

    it('says on the first run what is there and what is missing', async () => {
      const { data } = await apis().full.ask('fields', { ...SCOPE, parts: ['setup'] });
      const states = Object.fromEntries(data.setup!.checks.map(({ id, state }) => [id, state]));
      expect(states).toMatchObject({ elasticsearch: 'ok', templates: 'ok', sdk: 'missing' });
      expect(data.setup!.checks.find(({ id }) => id === 'sdk')!.message).toContain('createLogger');
    });
  });
}
