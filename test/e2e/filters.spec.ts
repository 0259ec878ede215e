import { expect, type Rota, SUBJECTS, test, WHOLE, written } from './rota';
import { ALL, BY_USERS, type Query } from './truth';

/** Kibana's own pill, and the same of the development host. */
const pill = (rota: Rota, field: string) =>
  rota.page.locator(`[data-test-subj~="filter"][data-test-subj~="filter-key-${field}"]`);
const filters = (rota: Rota) => JSON.parse(rota.param('filters') ?? '[]');
const of = (query: Query) => ({ bool: { filter: [BY_USERS, query] } });

async function act(rota: Rota, field: string, action: string): Promise<void> {
  await pill(rota, field).click();
  await rota.page.getByTestId(action).click();
}

test.describe('Filters', () => {
  test('can be disabled, excluded, pinned and removed, and the address keeps each state', async ({ rota, truth }) => {
    const one = { field: 'url.path', op: 'is', value: '/checkout' };
    const only = await truth.count('nginx.access', of({ term: { 'url.path': '/checkout' } }), ALL);
    const all = await truth.count('nginx.access', BY_USERS, ALL);
    await rota.loaded('requests', { ...WHOLE, filters: JSON.stringify([one]) });
    await expect(rota.panel('requests')).toContainText(`${written(only)} of ${written(all)} requests match`);
    await act(rota, 'url.path', 'disableFilter');
    await expect.poll(() => filters(rota)).toEqual([{ ...one, disabled: true }]);
    await expect(rota.panel('requests')).toContainText(`${written(all)} requests`);
    await rota.page.reload();
    await expect(pill(rota, 'url.path')).toBeVisible();
    await act(rota, 'url.path', 'disableFilter');
    await act(rota, 'url.path', 'negateFilter');
    await expect.poll(() => filters(rota)).toEqual([{ ...one, op: 'is_not' }]);
    await expect(rota.panel('requests')).toContainText(`${written(all - only)} of ${written(all)} requests match`);
    await act(rota, 'url.path', 'pinFilter');
    await expect.poll(() => filters(rota)).toEqual([{ ...one, op: 'is_not', pinned: true }]);
    await rota.page.getByTestId(SUBJECTS.tab('health')).click();
    await expect(rota.verdict).toBeVisible();
    await expect(pill(rota, 'url.path')).toBeVisible();
    expect(filters(rota)).toEqual([{ ...one, op: 'is_not', pinned: true }]);
    await act(rota, 'url.path', 'deleteFilter');
    await expect(pill(rota, 'url.path')).toHaveCount(0);
    await expect.poll(() => rota.param('filters')).toBeNull();
  });

  test('of every kind find what they ask', async ({ rota, truth }) => {
    const status = 'http.response.status_code';
    const kinds: [object, Query][] = [
      [{ field: status, op: 'is_one_of', values: [201, 404] }, { terms: { [status]: [201, 404] } }],
      [{ field: status, op: 'between', bounds: { gte: 400, lt: 500 } }, { range: { [status]: { gte: 400, lt: 500 } } }],
      [{ op: 'query', query: { prefix: { 'url.path': '/products' } } }, { prefix: { 'url.path': '/products' } }],
    ];
    const all = await truth.count('nginx.access', BY_USERS, ALL);
    for (const [filter, query] of kinds) {
      const n = await truth.count('nginx.access', of(query), ALL);
      expect(n).toBeGreaterThan(0);
      await rota.open('requests', { ...WHOLE, filters: JSON.stringify([filter]) });
      await expect(rota.panel('requests')).toContainText(`${written(n)} of ${written(all)} requests match`);
    }
  });
});
