import { DrawnChart } from './drawn_chart';
import { at, expect, SUBJECTS, test, WHOLE, written } from './rota';
import { FAILED } from './truth';

/** From a bar of a chart to the requests that it counts (public/charts/use_bar_target.ts). */
test.describe('Bars', () => {
  test('a click on the 5XX rate leads to the failed requests of that bar', async ({ rota, truth }) => {
    await rota.loaded('health', { pool: 'webapps' });
    const chart = new DrawnChart(rota.panel('rate'));
    const [worst] = await chart.bars();
    await chart.click(worst!);
    await expect.poll(() => new URL(rota.page.url()).pathname).toContain('/requests');
    await expect.poll(() => rota.param('kql')).toBe('http.response.status_code >= 500');
    await expect.poll(() => rota.param('pool')).toBe('webapps');
    const [from, to] = [Date.parse(rota.param('from')!), Date.parse(rota.param('to')!)];
    expect(from).toBe(worst);
    expect(to - from).toBeLessThanOrEqual(60_000);
    const range = {
      bool: { filter: [FAILED, { range: { '@timestamp': { gte: from, lt: to, format: 'epoch_millis' } } }] },
    };
    expect(await truth.count('haproxy.log', range)).toBeGreaterThan(0);
    await expect(rota.page.getByTestId(SUBJECTS.openRequest).first()).toBeVisible();
    await rota.page.goBack();
    await expect(rota.verdict).toBeVisible();
    await expect.poll(() => rota.param('from')).toBe(at(0));
  });

  test('each time in the table behind a chart is a link to the same place, and the table stands in the URL', async ({
    rota,
  }) => {
    await rota.loaded('rotation', WHOLE);
    const table = await rota.showTable('perHost');
    await expect.poll(() => rota.param('tables')).toBe('perHost');
    await rota.page.reload();
    await expect(table).toBeVisible();
    const row = table.locator('tbody tr').nth(10);
    const count = Number((await row.locator('td').last().innerText()).replaceAll(',', ''));
    expect(count).toBeGreaterThan(0);
    await row.getByRole('link').press('Enter');
    await expect.poll(() => new URL(rota.page.url()).pathname).toContain('/requests');
    await expect(rota.panel('requests')).toContainText(written(count));
  });

  test('on Requests a click narrows the time and keeps what the page shows', async ({ rota }) => {
    await rota.loaded('requests', { columns: 'url.path' });
    const chart = new DrawnChart(rota.panel('requests'));
    const [highest] = await chart.bars();
    await chart.click(highest!);
    await expect.poll(() => Date.parse(rota.param('from') ?? '')).toBe(highest);
    await expect.poll(() => rota.param('columns')).toBe('url.path');
    expect(Date.parse(rota.param('to')!) - highest!).toBeLessThanOrEqual(60_000);
  });

  test('the tab of a trace stands in the URL', async ({ rota }) => {
    await rota.loaded('requests');
    await rota.page.getByTestId(SUBJECTS.openRequest).first().click();
    const trace = rota.page.getByTestId(SUBJECTS.trace);
    await trace.getByRole('tab', { name: /^Lines/ }).click();
    await expect.poll(() => rota.param('tab')).toBe('lines');
    await rota.page.reload();
    await expect(trace.getByRole('tab', { name: /^Lines/ })).toHaveAttribute('aria-selected', 'true');
  });
});
