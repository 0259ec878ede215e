import type { Page } from '@playwright/test';
import { expect, PAGES, SUBJECTS, test } from './rota';

/** What of the page lies right of the window, if one cannot get there by scrolling something in it. */
const beyond = (page: Page) =>
  page.evaluate(() => ({
    page: document.documentElement.scrollWidth - innerWidth,
    app: document.body.scrollWidth - innerWidth,
  }));

for (const width of [320, 360]) {
  test(`At ${width} px no page scrolls sideways, and a trace has its durations`, async ({ rota }) => {
    await rota.page.setViewportSize({ width, height: 800 });
    for (const name of PAGES) {
      await rota.loaded(name);
      await expect(rota.page.getByTestId(SUBJECTS.loading)).toHaveCount(0);
      await expect.poll(() => beyond(rota.page), { message: name }).toEqual({ page: 0, app: 0 });
    }
    await rota.loaded('requests');
    await rota.page.getByTestId(SUBJECTS.openRequest).first().click();
    const durations = rota.page.getByTestId(SUBJECTS.waterfall).locator('.rotaNumeric');
    await expect(durations.first()).toBeVisible();
    await durations.last().scrollIntoViewIfNeeded();
    const box = (await durations.last().boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
    expect(await beyond(rota.page)).toEqual({ page: 0, app: 0 });
  });
}
