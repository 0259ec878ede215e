import { STOPPED_NODE, WEBAPPS } from '../fixtures/morning/story';
import { at, atMs, expect, SUBJECTS, test, WHOLE } from './rota';
import { ALL, BY_USERS } from './truth';

const ANSWERED = { bool: { filter: { exists: { field: 'http.response.status_code' } } } };

test.describe('Rotation', () => {
  test('says who got what, and counts every request of the morning once', async ({ rota, truth }) => {
    await rota.loaded('rotation', WHOLE);
    const total = await truth.count('haproxy.log', ANSWERED, ALL);
    expect(await rota.number('requests')).toBe(total);
    const probes = await truth.count('nginx.access', { term: { tags: 'health_check' } }, ALL);
    expect(await rota.number('probes')).toBe(probes);
    const table = await rota.showTable('share');
    const counts = new Map<string, number>();
    for (const row of await table.locator('tbody tr').all()) {
      const cells = [await row.getByRole('rowheader').innerText(), ...(await row.getByRole('cell').allInnerTexts())];
      counts.set(cells[0]!, Number(cells[2]!.replaceAll(',', '')));
    }
    for (const { value, n } of await truth.terms('haproxy.log', 'haproxy.server_name', ANSWERED, ALL))
      if (!value.startsWith('<')) expect(counts.get(value), value).toBe(n);
    // A webapp's turn is an attempt: what was tried twice counts twice, whoever answered in the end.
    const turns = WEBAPPS.reduce((sum, { host }) => sum + (counts.get(host) ?? 0), 0);
    const asked = await truth.count('nginx.access', BY_USERS, ALL);
    expect(turns).toBe(asked + (await rota.number('retries')));
  });

  test('shows the turns of a stopped webapp under the lens, and the retry that covered it', async ({ rota, truth }) => {
    await rota.open('rotation', { lens: atMs(STOPPED_NODE.from - 9000) });
    await expect(rota.page.getByTestId(SUBJECTS.turnsLane(STOPPED_NODE.host))).toBeVisible();
    const refused = await truth.count(
      'nginx.access',
      { nested: { path: 'rota.attempts', query: { term: { 'rota.attempts.status_code': 502 } } } },
      { from: STOPPED_NODE.from - 9000, to: STOPPED_NODE.from + 51_000 },
    );
    expect(refused).toBeGreaterThan(0);
    const table = await rota.showTable('turns');
    const failed = table.locator('tbody tr', { has: rota.page.getByRole('cell', { name: '502', exact: true }) });
    await expect(failed.first()).toContainText(STOPPED_NODE.host);
    await expect(failed.first()).toContainText('1 of 2');
  });

  test('moves the lens by keyboard and keeps it in the address', async ({ rota }) => {
    await rota.open('rotation');
    const lens = rota.page.getByTestId(SUBJECTS.turnsLens);
    await lens.focus();
    await lens.press('Home');
    await expect(lens).toHaveAttribute('aria-valuetext', /^09:00:00/);
    await lens.press('ArrowRight');
    await expect(lens).toHaveAttribute('aria-valuetext', /^09:00:05/);
    await expect.poll(() => rota.param('lens')).toBe(at(0, 5));
  });

  test('walks from turn to turn by keyboard and opens the request', async ({ rota }) => {
    await rota.open('rotation', { lens: at(10) });
    const lane = rota.page.getByTestId(SUBJECTS.turnsLane('web-1')).getByRole('button');
    await lane.focus();
    await lane.press('ArrowLeft');
    await expect(rota.page.locator('.rotaTip')).toContainText('status');
    await lane.press('Enter');
    await expect.poll(() => new URL(rota.page.url()).pathname).toContain('/requests');
    expect(rota.param('request')).toMatch(/^[0-9a-f-]{32,36}$/);
  });

  test('splits requests by the tier that is chosen, and adds up', async ({ rota, truth }) => {
    await rota.loaded('rotation', WHOLE);
    await rota.panel('perHost').getByText('Frontends', { exact: true }).click();
    await expect(rota.panel('perHost')).toContainText('frontend-1');
    expect(rota.param('tier')).toBe('frontend');
    const table = await rota.showTable('perHost');
    const all = await table.locator('tbody tr td:last-child').allInnerTexts();
    const sum = all.reduce((total, text) => total + Number(text.replaceAll(',', '')), 0);
    expect(sum).toBe(await truth.count('haproxy.log', ANSWERED, ALL));
  });

  test('shows requests from balancer to frontend as the balancer counted them', async ({ rota, truth }) => {
    await rota.loaded('rotation', WHOLE);
    const table = await rota.showTable('flow');
    for (const { value, n } of await truth.terms('haproxy.log', 'haproxy.server_name', ANSWERED, ALL)) {
      if (value.startsWith('<')) continue;
      const row = table.locator('tbody tr', { has: rota.page.getByRole('cell', { name: value, exact: true }) });
      await expect(row.getByRole('cell').nth(1)).toHaveText(n.toLocaleString('en-US'));
    }
  });

  test('narrows everything by KQL', async ({ rota, truth }) => {
    await rota.loaded('rotation', { ...WHOLE, kql: 'url.path : "/checkout"' });
    const checkouts = { bool: { filter: [ANSWERED, { term: { 'url.path': '/checkout' } }] } };
    expect(await rota.number('requests')).toBe(await truth.count('haproxy.log', checkouts, ALL));
  });

  test('sets the time range by dragging over a chart', async ({ rota }) => {
    await rota.loaded('rotation');
    const chart = rota.panel('perHost').locator('canvas').first();
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    await rota.page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
    await rota.page.mouse.down();
    await rota.page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2, { steps: 6 });
    await rota.page.mouse.up();
    await expect.poll(() => Date.parse(rota.param('from') ?? '')).toBeGreaterThan(Date.parse(at(5)));
    expect(Date.parse(rota.param('to') ?? '')).toBeLessThan(Date.parse(at(25)));
  });

  test('keeps the scope from page to page', async ({ rota }) => {
    await rota.open('rotation', { kql: 'url.path : "/checkout"' });
    await rota.page.getByTestId(SUBJECTS.tab('health')).click();
    await expect.poll(() => rota.param('kql')).toBe('url.path : "/checkout"');
    expect(rota.param('from')).toBe(at(0));
  });
});
