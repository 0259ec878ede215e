import { at, expect, SUBJECTS, test } from './rota';

test.describe('Rotation', () => {
  test('says who got what, and counts every request of the morning once', async ({ rota }) => {
    // Until the last requests that began in the half hour are answered: nginx logs at the end, HAProxy at the begin.
    await rota.open('rotation', { to: at(30, 5) });
    await expect(rota.page.getByTestId(SUBJECTS.verdict)).toContainText('web-3');
    await expect(rota.figure('probes')).toContainText('360');
    const table = await rota.showTable('share');
    const rows = await table.locator('tbody tr').allTextContents();
    expect(rows).toHaveLength(6);
    const counts = await table.locator('tbody tr td:nth-child(3)').allTextContents();
    const numbers = counts.map((text) => Number(text.replaceAll(',', '')));
    const total = Number((await rota.figure('requests').locator('.rotaFigure__value').innerText()).replaceAll(',', ''));
    expect(numbers[0]! + numbers[1]!).toBe(total);
    // A webapp's turn is an attempt: what was tried twice counts twice.
    const retries = Number(await rota.figure('retries').locator('.rotaFigure__value').innerText());
    expect(numbers.slice(2).reduce((sum, n) => sum + n, 0)).toBe(total + retries);
  });

  test('shows the turns of a stopped webapp under the lens, and the retry that covered it', async ({ rota }) => {
    await rota.open('rotation', { lens: at(6, 55) });
    const lane = rota.page.getByTestId(SUBJECTS.turnsLane('web-3'));
    await expect(lane).toContainText('tried again, failed');
    const table = await rota.showTable('turns');
    await expect(
      table.locator('tbody tr', { has: rota.page.getByRole('cell', { name: '502', exact: true }) }).first(),
    ).toContainText('web-3');
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
    expect(rota.param('request')).toMatch(/^[0-9a-f]{32}$/);
  });

  test('splits requests by the tier that is chosen', async ({ rota }) => {
    await rota.open('rotation');
    await rota.panel('perHost').getByText('Frontends', { exact: true }).click();
    await expect(rota.panel('perHost')).toContainText('frontend-1');
    expect(rota.param('tier')).toBe('frontend');
    const table = await rota.showTable('perHost');
    await expect(table.locator('tbody tr')).toHaveCount(120);
  });

  test('narrows everything by KQL, and says so when nothing matches', async ({ rota }) => {
    await rota.open('rotation', { kql: 'url.path : "/checkout"' });
    const total = await rota.figure('requests').locator('.rotaFigure__value').innerText();
    expect(Number(total.replaceAll(',', ''))).toBeLessThan(6000);
    await rota.open('rotation', { kql: 'url.path : "/nowhere"' });
    await expect(rota.page.getByTestId(SUBJECTS.empty)).toContainText('No request matches');
    await rota.page.getByRole('button', { name: 'Clear all filters' }).click();
    await expect(rota.page.getByTestId(SUBJECTS.verdict)).toBeVisible();
  });

  test('names a fault in the filter and offers to clear it', async ({ rota }) => {
    await rota.open('rotation', { kql: 'url.path : (' });
    await expect(rota.page.getByTestId(SUBJECTS.error)).toContainText('invalid_kql');
    await rota.page.getByRole('button', { name: 'Clear the filter' }).click();
    await expect(rota.page.getByTestId(SUBJECTS.verdict)).toBeVisible();
  });

  test('says when the last request was, where the range has none', async ({ rota }) => {
    await rota.open('rotation', { from: '2026-01-18T00:00:00Z', to: '2026-01-18T01:00:00Z' });
    await expect(rota.page.getByTestId(SUBJECTS.empty)).toContainText('No requests in this window');
  });

  test('keeps the scope from page to page', async ({ rota }) => {
    await rota.open('rotation', { kql: 'url.path : "/cart"' });
    await rota.page.getByTestId(SUBJECTS.tab('health')).click();
    await expect.poll(() => rota.param('kql')).toBe('url.path : "/cart"');
    expect(rota.param('from')).toBe(at(0));
  });

  test('has no fault that axe can find', async ({ rota }) => {
    await rota.open('rotation');
    await expect(rota.page.getByTestId(SUBJECTS.turns)).toBeVisible();
    await expect(rota.page.getByTestId(SUBJECTS.turnsLane('web-1'))).toBeVisible();
    expect(await rota.axe()).toEqual([]);
  });
});
