import AxeBuilder from '@axe-core/playwright';
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test';
import { SUBJECTS } from '../../public/test_subjects';
import { MORNING } from '../fixtures/morning/story';

export { expect, SUBJECTS };

/** A moment of the morning, as the URL takes it. */
export function at(minute: number, second = 0): string {
  return new Date(MORNING.start + (minute * 60 + second) * 1000).toISOString();
}

export class Rota {
  readonly problems: string[] = [];

  constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.problems.push(error.message));
  }

  /** Opens a page over the whole morning, or what `params` say. */
  async open(name: string, params: Record<string, string> = {}): Promise<void> {
    const search = new URLSearchParams({ from: at(0), to: at(30), ...params });
    await this.page.goto(`${process.env['ROTA_E2E_URL']}/app/rota/${name}?${search}`);
    // A Kibana that was just started compiles and sends megabytes before the first page.
    await expect(this.page.getByTestId(SUBJECTS.app)).toBeVisible({ timeout: 90_000 });
  }

  panel(id: string) {
    return this.page.getByTestId(SUBJECTS.panel(id));
  }

  figure(id: string) {
    return this.page.getByTestId(SUBJECTS.figure(id));
  }

  /** The page's query as it stands in the address. */
  param(name: string): string | null {
    return new URL(this.page.url()).searchParams.get(name);
  }

  async showTable(panel: string) {
    await this.page.getByTestId(SUBJECTS.panelTableToggle(panel)).click();
    const table = this.page.getByTestId(SUBJECTS.panelTable(panel));
    await expect(table).toBeVisible();
    return table;
  }

  /** axe over our part of the page. Charts draw on canvas, where axe sees nothing. */
  async axe() {
    const { violations } = await new AxeBuilder({ page: this.page })
      .include(`[data-test-subj=${SUBJECTS.app}]`)
      .analyze();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  }
}

/** One browser context for all specs: Kibana's megabytes of scripts are loaded and cached once. */
export const test = base.extend<{ rota: Rota }, { shared: BrowserContext }>({
  shared: [
    async ({ browser }, use) => {
      const context = await browser.newContext({
        viewport: { width: 1600, height: 1000 },
        timezoneId: 'UTC',
        locale: 'en-US',
      });
      await use(context);
      await context.close();
    },
    { scope: 'worker' },
  ],
  page: async ({ shared }, use) => {
    const page = await shared.newPage();
    await use(page);
    await page.close();
  },
  rota: async ({ page }, use) => {
    const rota = new Rota(page);
    await use(rota);
    expect(rota.problems, 'uncaught errors in the page').toEqual([]);
  },
});
