import { BROKEN_WEBAPP, FAILED_FRONTEND } from '../fixtures/morning/story';
import { at, expect, SUBJECTS, test } from './rota';

test.describe('Health', () => {
  test('tells what fell this morning, why, and whom it hurt', async ({ rota }) => {
    await rota.open('health');
    const events = rota.panel('events').locator('tbody tr');
    await expect(events).toHaveCount(5);
    const words = (await events.allInnerTexts()).reverse();
    expect(words[0]).toContain(BROKEN_WEBAPP.host);
    expect(words[1]).toContain('Ejected, passive');
    expect(words[2]).toContain(FAILED_FRONTEND.host);
    expect(words[3]).toContain('1.4.2 → 1.5.0');
    expect(words[4]).toContain('the logging stopped, not the service');
  });

  test('measures the detection gap from the first failure to the ejection', async ({ rota }) => {
    await rota.open('health');
    // The database was lost at 09:15:04; three probes, ten seconds apart, had to fail.
    const gap = Number.parseInt(await rota.figure('gap').locator('.rotaFigure__value').innerText(), 10);
    expect(gap).toBeGreaterThanOrEqual(20);
    expect(gap).toBeLessThanOrEqual(30);
  });

  test('shows the chosen event second by second and keeps it in the address', async ({ rota }) => {
    await rota.open('health');
    await rota.page.getByTestId(SUBJECTS.event(2)).getByRole('button').click();
    await expect(rota.panel('event')).toContainText('Event 2, second by second: web-3');
    expect(rota.param('event')).toContain('web-3');
    await rota.page.getByTestId(SUBJECTS.event(3)).getByRole('button').click();
    await expect(rota.page.getByTestId(SUBJECTS.eventDetail).locator('svg')).toContainText('out of pool 2 min 30 s');
    const table = await rota.showTable('event');
    await expect(table).toContainText('failed 503');
  });

  test('draws silence as silence, never as serving', async ({ rota }) => {
    await rota.open('health');
    await expect(rota.page.getByTestId(SUBJECTS.lane('web-4'))).toContainText('Silent 09:2');
    const table = await rota.showTable('state');
    await expect(table.locator('tr', { hasText: 'Silent' })).toContainText('web-4');
  });

  test('leads from a bar to the raw lines of its time', async ({ rota }) => {
    await rota.open('health');
    await rota.page.getByTestId(SUBJECTS.lane('web-2')).getByRole('link').first().click();
    await expect.poll(() => new URL(rota.page.url()).pathname).toContain('/requests');
    expect(rota.param('kql')).toContain('web-2');
    expect(Date.parse(rota.param('from')!)).toBeGreaterThan(Date.parse(at(2)));
  });

  test('charges the error budget with every 5XX', async ({ rota }) => {
    await rota.open('health');
    const hurt = await rota.figure('usersHurt').locator('.rotaFigure__value').innerText();
    await expect(rota.page.getByTestId(SUBJECTS.budget)).toContainText(`${hurt} failed`);
  });

  test('has no fault that axe can find', async ({ rota }) => {
    await rota.open('health');
    await expect(rota.page.getByTestId(SUBJECTS.eventDetail).locator('svg')).toBeVisible();
    expect(await rota.axe()).toEqual([]);
  });
});
