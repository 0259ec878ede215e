import { expect, PAGES, type PageName, SUBJECTS, test, WHOLE, written } from './rota';
import { setDarkMode } from './theme';
import { ALL, BY_USERS } from './truth';

/** Panels that draw, and so have a table behind them. */
const CHARTS: Record<PageName, string[]> = {
  rotation: ['turns', 'share', 'flow', 'perHost'],
  health: ['state', 'event', 'budget', 'rate', 'classes'],
  requests: ['requests'],
  delivery: ['lag'],
};

for (const name of PAGES) {
  test.describe(`${name}: as every page`, () => {
    test('keeps service, pool and environment in the address, and gives them to the next page', async ({
      rota,
      truth,
    }) => {
      const scope = {
        service: (await truth.terms('rota.access', 'service.name'))[0]!.value,
        pool: (await truth.terms('nginx.access', 'rota.pool'))[0]!.value,
        environment: (await truth.terms('rota.access', 'service.environment'))[0]!.value,
      };
      await rota.loaded(name);
      for (const [selector, value] of Object.entries(scope)) {
        await rota.page.getByTestId(SUBJECTS.selector(selector)).click();
        await rota.page.getByTestId(SUBJECTS.selectorOption(selector, value)).click();
        await expect.poll(() => rota.param(selector)).toBe(value);
        await rota.page.keyboard.press('Escape');
      }
      const next = PAGES[(PAGES.indexOf(name) + 1) % PAGES.length]!;
      await rota.page.getByTestId(SUBJECTS.tab(next)).click();
      await expect.poll(() => new URL(rota.page.url()).pathname).toContain(`/${next}`);
      for (const [selector, value] of Object.entries(scope)) await expect.poll(() => rota.param(selector)).toBe(value);
    });

    test('is reached by keyboard alone, the table behind every chart, too', async ({ rota }) => {
      await rota.loaded(name === 'rotation' ? 'health' : 'rotation');
      await rota.page.getByTestId(SUBJECTS.tab(name)).press('Enter');
      await expect.poll(() => new URL(rota.page.url()).pathname).toContain(`/${name}`);
      for (const panel of CHARTS[name]) {
        await rota.page.getByTestId(SUBJECTS.panelTableToggle(panel)).press('Enter');
        const table = rota.page.getByTestId(SUBJECTS.panelTable(panel));
        await expect.poll(() => table.locator('tbody tr').count(), panel).toBeGreaterThan(0);
        await expect(table.locator('caption')).not.toHaveText('');
      }
      // Everything that scrolls or acts takes the focus in its turn, and none holds it.
      await rota.page.getByTestId(SUBJECTS.tab(name)).focus();
      const focused = new Set<string>();
      for (let i = 0; i < 20; i++) {
        await rota.page.keyboard.press('Tab');
        focused.add(await rota.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? ''));
      }
      expect(focused.size).toBeGreaterThan(12);
    });

    for (const mode of ['light', 'dark'] as const) {
      test(`has no fault that axe can find, ${mode}`, async ({ rota, shared }) => {
        await setDarkMode(shared, mode === 'dark');
        try {
          await rota.loaded(name);
          // The words' colour: a page's ground may be any of the elements behind it, and transparent in the others.
          const words = await rota.page
            .getByTestId(SUBJECTS.app)
            .first()
            .evaluate((element) => getComputedStyle(element).color);
          const [red = 0] = words.match(/\d+/g)?.map(Number) ?? [];
          expect(red > 128).toBe(mode === 'dark');
          await expect(rota.page.getByTestId(SUBJECTS.loading)).toHaveCount(0);
          expect(await rota.axe()).toEqual([]);
        } finally {
          await setDarkMode(shared, false);
        }
      });
    }
  });
}

test.describe('Selectors', () => {
  test('offer what the data set holds, each with its requests', async ({ rota, truth }) => {
    await rota.loaded('rotation', WHOLE);
    await rota.page.getByTestId(SUBJECTS.selector('service')).click();
    for (const { value } of await truth.terms('rota.access', 'service.name', { match_all: {} }, ALL)) {
      await expect(rota.page.getByTestId(SUBJECTS.selectorOption('service', value))).toBeVisible();
    }
    await rota.page.keyboard.press('Escape');
    await rota.page.getByTestId(SUBJECTS.selector('pool')).click();
    for (const { value } of await truth.terms('nginx.access', 'rota.pool', { match_all: {} }, ALL)) {
      await expect(rota.page.getByTestId(SUBJECTS.selectorOption('pool', value))).toBeVisible();
    }
  });

  test('narrow the counts to the requests of one pool', async ({ rota, truth }) => {
    const [pool] = await truth.terms('nginx.access', 'rota.pool', BY_USERS, ALL);
    await rota.open('requests', { ...WHOLE, pool: pool!.value });
    await expect(rota.panel('requests')).toContainText(`${written(pool!.n)} request`);
  });
});
