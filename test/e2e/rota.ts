import AxeBuilder from '@axe-core/playwright';
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test';
import { SUBJECTS } from '../../public/test_subjects';
import { MORNING } from '../fixtures/morning/story';
import { letChartsTell } from './drawn_chart';
import { ALL, Truth } from './truth';

export { expect, SUBJECTS };

export const PAGES = ['rotation', 'health', 'requests', 'delivery'] as const;
export type PageName = (typeof PAGES)[number];

/** A moment of the morning, as the URL takes it. */
export function at(minute: number, second = 0): string {
  return atMs((minute * 60 + second) * 1000);
}

/** The same, in ms after the story's begin. */
export function atMs(ms: number): string {
  return new Date(MORNING.start + ms).toISOString();
}

/** The whole morning with its edges, where counts must agree to the last request. */
export const WHOLE = { from: atMs(ALL.from), to: atMs(ALL.to) };

/** A number as the page writes it. */
export const written = (n: number) => n.toLocaleString('en-US');

export class Rota {
  readonly problems: string[] = [];

  constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.problems.push(error.message));
  }

  /** Opens a page over the whole morning, or what `params` say. */
  async open(name: string, params: Record<string, string> = {}, url = process.env['ROTA_E2E_URL']): Promise<void> {
    const search = new URLSearchParams({ from: at(0), to: at(30), ...params });
    await this.page.goto(`${url}/app/rota/${name}?${search}`);
    // A Kibana that was just started compiles and sends megabytes before the first page.
    await expect(this.page.getByTestId(SUBJECTS.app).first()).toBeVisible({ timeout: 300_000 });
  }

  /** Goes on to another place as a link would, without loading the app again. */
  async go(name: string, params: Record<string, string> = {}): Promise<void> {
    const search = new URLSearchParams({ from: at(0), to: at(30), ...params });
    await this.page.evaluate((path) => {
      history.pushState({}, '', path);
      dispatchEvent(new PopStateEvent('popstate', { state: {} }));
    }, `/app/rota/${name}?${search}`);
  }

  /** As `open`, and waits until what the page is for is there. */
  async loaded(name: PageName, params: Record<string, string> = {}): Promise<void> {
    await this.open(name, params);
    const main = name === 'requests' ? this.page.getByTestId(SUBJECTS.openRequest).first() : this.verdict;
    await expect(main).toBeVisible();
  }

  get verdict() {
    return this.page.getByTestId(SUBJECTS.verdict);
  }

  panel(id: string) {
    return this.page.getByTestId(SUBJECTS.panel(id));
  }

  figure(id: string) {
    return this.page.getByTestId(SUBJECTS.figure(id));
  }

  /** A key figure's number. */
  async number(id: string): Promise<number> {
    const text = await this.figure(id).locator('.rotaFigure__value').innerText();
    return Number(text.replaceAll(',', ''));
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

  /** Stands between the page and one of its routes, for what a healthy Elasticsearch does not answer. */
  async stub(route: string, answer: (json: () => Promise<Record<string, unknown>>) => Promise<Stub>): Promise<void> {
    await this.page.route(`**/internal/rota/v1/${route}`, async (asked) => {
      const response = await answer(async () => (await asked.fetch()).json());
      await asked.fulfill({ contentType: 'application/json', ...response }).catch(() => undefined);
    });
  }

  /** axe over our part of the page. Charts draw on canvas, where axe sees nothing. */
  async axe() {
    const { violations } = await new AxeBuilder({ page: this.page })
      .include(`[data-test-subj=${SUBJECTS.app}]`)
      .analyze();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  }
}

export interface Stub {
  status?: number;
  json: unknown;
}

/** One browser context for all specs: Kibana's megabytes of scripts are loaded and cached once. */
export const test = base.extend<{ rota: Rota }, { shared: BrowserContext; truth: Truth }>({
  shared: [
    async ({ browser }, use) => {
      const context = await browser.newContext({
        viewport: { width: 1600, height: 1000 },
        timezoneId: 'UTC',
        locale: 'en-US',
      });
      await context.addInitScript(letChartsTell);
      await use(context);
      await context.close();
    },
    { scope: 'worker' },
  ],
  truth: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from its pattern
    async ({}, use) => {
      const truth = new Truth();
      await use(truth);
      await truth.close();
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
