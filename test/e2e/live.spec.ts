import { expect, Rota, SUBJECTS, test } from './rota';
import { visitAgain } from './visits';

// All that writes new requests is in this one file: files run side by side, and these count what is new.
test.describe('Live', () => {
  test('Requests follows new ones with the filter kept, and stands still while paused', async ({
    rota,
    truth,
    shared,
  }) => {
    const checkouts = { from: 'now-15m', to: 'now', kql: 'url.path : "/checkout"' };
    await visitAgain(truth, 3, '/checkout');
    await rota.loaded('requests', checkouts);
    const live = rota.page.getByTestId(SUBJECTS.live);
    const told = rota.page.getByRole('status').filter({ hasText: 'following' });
    await live.click();
    await expect(told).toContainText('url.path : "/checkout"');
    await visitAgain(truth, 2, '/checkout');
    await visitAgain(truth, 4, '/');
    await expect(told).toContainText('2 new');
    await expect(rota.page.locator('.rotaRows__row--fresh')).toHaveCount(2);
    const rows = rota.page.getByTestId(SUBJECTS.openRequest);
    const before = await rows.count();
    await live.click();
    await expect(live).not.toBeChecked();
    // What another page that follows has shown by then, this one would have shown, too.
    const other = new Rota(await shared.newPage());
    await other.loaded('requests', { ...checkouts, live: '1' });
    const others = other.page.getByRole('status').filter({ hasText: 'following' });
    for (const [i, count] of [2, 3].entries()) {
      await visitAgain(truth, count, '/checkout');
      await expect(others).toContainText(`${[2, 5][i]} new`);
    }
    await other.page.close();
    expect(await rows.count()).toBe(before);
    await expect(rota.page.locator('.rotaRows td.rotaTable__path', { hasNotText: '/checkout' })).toHaveCount(0);
  });

  test('Requests begins to follow where nothing matches yet, and the address keeps it', async ({ rota, truth }) => {
    const path = `/new-${Date.now()}`;
    await rota.open('requests', { from: 'now-15m', to: 'now', kql: `url.path : "${path}"` });
    await expect(rota.page.getByTestId(SUBJECTS.empty)).toBeVisible();
    await rota.page.getByTestId(SUBJECTS.live).click();
    await expect.poll(() => rota.param('live')).toBe('1');
    await visitAgain(truth, 3, '/checkout', path);
    await expect(rota.page.getByTestId(SUBJECTS.openRequest)).toHaveCount(3);
    await expect(rota.page.getByRole('status').filter({ hasText: 'following' })).toContainText('3 new');
    await rota.page.reload();
    await expect(rota.page.getByTestId(SUBJECTS.live)).toBeChecked();
  });

  test('Rotation draws each new request as a tick on its host’s lane', async ({ rota, truth }) => {
    await visitAgain(truth, 20);
    await rota.loaded('rotation', { from: 'now-15m', to: 'now', live: '1' });
    const lanes = rota.page.getByRole('button', { name: /: \d+ turns/ });
    const turns = async () => {
      const words = await lanes.evaluateAll((nodes) => nodes.map((node) => node.getAttribute('aria-label') ?? ''));
      return words.reduce((sum, text) => sum + Number(/: (\d+) turns/.exec(text)?.[1]), 0);
    };
    await expect.poll(turns).toBeGreaterThan(0);
    const before = await turns();
    // The lanes show the last minute: on a slow machine the first of these have left it before the last are drawn.
    await expect(async () => {
      await visitAgain(truth, 30);
      expect(await turns()).toBeGreaterThanOrEqual(before + 30);
    }).toPass();
    await rota.page.getByTestId(SUBJECTS.live).click();
    await expect.poll(() => rota.param('live')).toBeNull();
  });

  test('asks again by itself while a refresh interval is set', async ({ rota, truth }) => {
    await visitAgain(truth, 5);
    await rota.loaded('rotation', { from: 'now-15m', to: 'now', refresh: '1000' });
    const before = await rota.number('requests');
    await visitAgain(truth, 5);
    await expect.poll(() => rota.number('requests')).toBeGreaterThanOrEqual(before + 5);
  });

  // The last one: so many would fill the other charts.
  test('Requests loses none of a burst, and says how many were more than the list holds', async ({ rota, truth }) => {
    await visitAgain(truth, 1, '/checkout');
    await rota.loaded('requests', { from: 'now-15m', to: 'now', kql: 'url.path : "/checkout"' });
    const live = rota.page.getByTestId(SUBJECTS.live);
    const told = rota.page.getByRole('status').filter({ hasText: 'following' });
    await live.click();
    await visitAgain(truth, 700, '/checkout');
    await expect(told).toContainText('700 new');
    await expect(told).not.toContainText('skipped');
    await live.click();
    for (let i = 0; i < 3; i++) await visitAgain(truth, 700, '/checkout');
    await live.click();
    await expect(told).toContainText('2,800 new, 100 of them skipped');
    await expect(rota.page.getByTestId(SUBJECTS.openRequest)).toHaveCount(2000);
  });
});
