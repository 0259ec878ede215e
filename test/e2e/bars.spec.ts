import type { Page } from '@playwright/test';
import { at, expect, SUBJECTS, test, WHOLE, written } from './rota';
import { FAILED } from './truth';

/** A chart finds out what lies under the pointer when that moves, a frame later. */
async function clickAt(page: Page, x: number, y: number): Promise<void> {
  await page.mouse.move(x - 1, y);
  await page.mouse.move(x, y);
  await page.waitForTimeout(60);
  await page.mouse.down();
  await page.mouse.up();
}

/** From a bar of a chart to the requests that it counts (public/charts/use_bar_target.ts). */
test.describe('Bars', () => {
  test('a click on the 5XX rate leads to the failed requests of that bar', async ({ rota, truth }) => {
    await rota.loaded('health', { pool: 'webapps' });
    const chart = rota.panel('rate').locator('canvas').first();
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    await expect
      .poll(async () => {
        // Where a bar stands depends on the data: along the bottom of the chart, until one is met.
        for (let x = 0.1; x < 0.98 && rota.page.url().includes('/health'); x += 0.03) {
          await clickAt(rota.page, box.x + box.width * x, box.y + box.height - 36);
        }
        return new URL(rota.page.url()).pathname;
      })
      .toContain('/requests');
    expect(rota.param('kql')).toBe('http.response.status_code >= 500');
    expect(rota.param('pool')).toBe('webapps');
    const [from, to] = [Date.parse(rota.param('from')!), Date.parse(rota.param('to')!)];
    expect(to - from).toBeLessThanOrEqual(60_000);
    const range = {
      bool: { filter: [FAILED, { range: { '@timestamp': { gte: from, lt: to, format: 'epoch_millis' } } }] },
    };
    expect(await truth.count('haproxy.log', range)).toBeGreaterThan(0);
    await expect(rota.page.getByTestId(SUBJECTS.openRequest).first()).toBeVisible();
    await rota.page.goBack();
    await expect(rota.verdict).toBeVisible();
    expect(rota.param('from')).toBe(at(0));
  });

  test('each time in the table behind a chart is a link to the same place, and the table stands in the URL', async ({
    rota,
  }) => {
    await rota.loaded('rotation', WHOLE);
    const table = await rota.showTable('perHost');
    expect(rota.param('tables')).toBe('perHost');
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
    const chart = rota.panel('requests').locator('canvas').first();
    const box = (await chart.boundingBox())!;
    await expect
      .poll(async () => {
        await clickAt(rota.page, box.x + box.width * 0.5, box.y + box.height * 0.6);
        return rota.param('from');
      })
      .not.toBe(at(0));
    expect(rota.param('columns')).toBe('url.path');
    expect(Date.parse(rota.param('to')!) - Date.parse(rota.param('from')!)).toBeLessThanOrEqual(60_000);
  });

  test('the tab of a trace stands in the URL', async ({ rota }) => {
    await rota.loaded('requests');
    await rota.page.getByTestId(SUBJECTS.openRequest).first().click();
    const trace = rota.page.getByTestId(SUBJECTS.trace);
    await trace.getByRole('tab', { name: /^Lines/ }).click();
    expect(rota.param('tab')).toBe('lines');
    await rota.page.reload();
    await expect(trace.getByRole('tab', { name: /^Lines/ })).toHaveAttribute('aria-selected', 'true');
  });
});
