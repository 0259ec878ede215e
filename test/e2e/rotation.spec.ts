import { STOPPED_NODE, WEBAPPS } from '../fixtures/morning/story';
import { DrawnChart } from './drawn_chart';
import { at, atMs, expect, SUBJECTS, test, WHOLE } from './rota';
import { ALL, BY_USERS } from './truth';

const ANSWERED = { bool: { filter: { exists: { field: 'http.response.status_code' } } } };

test.describe('Rotation', () => {
  test('says who got what, and counts every request of the morning once', async ({ rota, truth }) => {
    await rota.loaded('rotation', WHOLE);
    const total = await truth.count('haproxy.log', ANSWERED, ALL);
    await expect.poll(() => rota.number('requests')).toBe(total);
    const probes = await truth.count('nginx.access', { term: { tags: 'health_check' } }, ALL);
    await expect.poll(() => rota.number('probes')).toBe(probes);
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
    await expect.poll(() => rota.param('request')).toMatch(/^[0-9a-f-]{32,36}$/);
  });

  test('splits requests by the tier that is chosen, and adds up', async ({ rota, truth }) => {
    await rota.loaded('rotation', WHOLE);
    await rota.panel('perHost').getByText('Frontends', { exact: true }).click();
    await expect(rota.panel('perHost')).toContainText('frontend-1');
    await expect.poll(() => rota.param('tier')).toBe('frontend');
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
    await expect.poll(() => rota.number('requests')).toBe(await truth.count('haproxy.log', checkouts, ALL));
  });

  test('sets the time range by dragging over a chart', async ({ rota }) => {
    await rota.loaded('rotation');
    const chart = new DrawnChart(rota.panel('perHost'));
    const times = (await chart.bars()).sort((a, b) => a - b);
    const [from, to] = [times[Math.floor(times.length * 0.4)]!, times[Math.floor(times.length * 0.6)]!];
    await chart.drag(from, to);
    // From somewhere in the one bar to somewhere in the other.
    const bar = times[1]! - times[0]!;
    const chosen = (name: string) => Date.parse(rota.param(name) ?? '');
    await expect.poll(() => Math.floor((chosen('from') - from) / bar)).toBe(0);
    expect(Math.floor((chosen('to') - to) / bar)).toBe(0);
  });

  test('keeps the scope from page to page', async ({ rota }) => {
    await rota.open('rotation', { kql: 'url.path : "/checkout"' });
    await rota.page.getByTestId(SUBJECTS.tab('health')).click();
    await expect.poll(() => rota.param('kql')).toBe('url.path : "/checkout"');
    await expect.poll(() => rota.param('from')).toBe(at(0));
  });
});
