import { FAILED_FRONTEND, MORNING } from '../fixtures/morning/story';
import { CLOUD, ONE_HOST } from './deployments';
import { atMs, expect, SUBJECTS, test, written } from './rota';
import { ALL, BY_USERS } from './truth';

const spanOf = ({ span }: typeof CLOUD) => ({ from: atMs(span.from), to: atMs(span.to) });

test.describe('A cloud balancer that logs nothing', () => {
  test('has its tier told by the frontends’ lines', async ({ rota, truth }) => {
    await rota.open('rotation', spanOf(CLOUD), process.env['ROTA_E2E_CLOUD_URL']);
    const users = await truth.count('nginx.access', BY_USERS, CLOUD.span);
    await expect(rota.figure('requests')).toContainText(written(users));
    const table = await rota.showTable('share');
    for (const { value, n } of await truth.terms('nginx.access', 'host.name', BY_USERS, CLOUD.span)) {
      const row = table.locator('tbody tr', { has: rota.page.getByRole('rowheader', { name: value, exact: true }) });
      await expect(row.getByRole('cell').nth(1)).toHaveText(written(n));
    }
  });

  test('has its pool rebuilt from the probes, as HAProxy’s own words tell it, within one interval', async ({
    rota,
    truth,
  }) => {
    const server = { term: { 'haproxy.server_name': FAILED_FRONTEND.host } };
    const word = async (action: string) => {
      const query = { bool: { filter: [{ term: { 'event.action': action } }, server] } };
      const [found] = await truth.documents('haproxy.log', query, { span: ALL, most: 1 });
      return Date.parse(found!.doc['@timestamp']);
    };
    const probes = await truth.documents(
      'nginx.access',
      { bool: { filter: [{ term: { tags: 'health_check' } }, { term: { 'host.name': FAILED_FRONTEND.host } }] } },
      { span: { from: 0, to: 120_000 }, fields: ['@timestamp'] },
    );
    const times = probes.map(({ doc }) => Date.parse(doc['@timestamp']));
    const interval = (times.at(-1)! - times[0]!) / (times.length - 1);
    await rota.open('health', spanOf(CLOUD), process.env['ROTA_E2E_CLOUD_URL']);
    const row = rota
      .panel('events')
      .locator('tbody tr')
      .filter({ hasText: FAILED_FRONTEND.host })
      .filter({ hasText: 'Ejected' });
    await expect(row).toHaveCount(1);
    const day = new Date(MORNING.start).toISOString().slice(0, 11);
    const since = Date.parse(`${day}${await row.getByRole('cell').nth(3).innerText()}Z`);
    expect(Math.abs(since - (await word('server_down')))).toBeLessThanOrEqual(interval + 1000);
    await row.getByRole('button').click();
    const drawn = rota.page.getByTestId(SUBJECTS.eventDetail).locator('svg');
    await expect(drawn).toContainText('returned');
    const back = /returned · (\d\d:\d\d:\d\d)/.exec((await drawn.textContent()) ?? '')?.[1];
    expect(Math.abs(Date.parse(`${day}${back}Z`) - (await word('server_up')))).toBeLessThanOrEqual(interval + 1000);
  });
});

test.describe('One host', () => {
  test('has turns and health, and nothing to rotate', async ({ rota, truth }) => {
    await rota.open('rotation', spanOf(ONE_HOST), process.env['ROTA_E2E_ONE_HOST_URL']);
    await expect(rota.verdict).toContainText('One host serves alone');
    await expect(rota.panel('share')).toHaveCount(0);
    const own = {
      bool: { filter: { term: { 'host.name': ONE_HOST.host } }, must_not: { term: { tags: 'health_check' } } },
    };
    const served = await truth.count('rota.access', own, ONE_HOST.span);
    await expect.poll(() => rota.number('requests')).toBe(served);
    await expect(rota.page.getByTestId(SUBJECTS.turnsLane(ONE_HOST.host ?? ''))).toBeVisible();
    for (const page of ['health', 'requests', 'delivery'] as const) {
      await rota.page.getByTestId(SUBJECTS.tab(page)).click();
      await expect.poll(() => new URL(rota.page.url()).pathname).toContain(`/${page}`);
      const words = page === 'requests' ? `${written(served)} requests` : (ONE_HOST.host ?? '');
      await expect(rota.page.locator('.rotaMain')).toContainText(words);
    }
  });
});
