import type { BrowserContext, Page } from '@playwright/test';

/** A page has settled when nothing was asked for so long. */
const QUIET_MS = 700;
const MOST_MS = 60_000;

export interface Drawn {
  /** From the navigation to the last change of the page. */
  drawn_ms: number;
  /** Questions to the plugin's routes. */
  requests: number;
}

/** Opens one page in a new tab of a browser that has the scripts already, and waits until nothing changes any more. */
export async function openAndMeasure(browser: BrowserContext, url: string): Promise<Drawn> {
  const page = await browser.newPage();
  try {
    await page.addInitScript(() => {
      const seen = globalThis as unknown as { lastChange: number };
      seen.lastChange = 0;
      new MutationObserver(() => {
        seen.lastChange = performance.now();
      }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    });
    let requests = 0;
    let pending = 0;
    let lastAnswer = Date.now();
    page.on('request', (request) => {
      if (!request.url().includes('/internal/rota/')) return;
      requests++;
      pending++;
    });
    const done = (request: { url(): string }) => {
      if (!request.url().includes('/internal/rota/')) return;
      pending--;
      lastAnswer = Date.now();
    };
    page.on('requestfinished', done);
    page.on('requestfailed', done);
    await page.goto(url, { waitUntil: 'load' });
    await settled(page, () => requests > 0 && pending === 0 && Date.now() - lastAnswer > QUIET_MS);
    const drawn_ms = await page.evaluate(() => (globalThis as unknown as { lastChange: number }).lastChange);
    return { drawn_ms, requests };
  } finally {
    await page.close();
  }
}

async function settled(page: Page, quiet: () => boolean): Promise<void> {
  const deadline = Date.now() + MOST_MS;
  while (!quiet()) {
    if (Date.now() > deadline) throw new Error(`${page.url()} did not settle within ${MOST_MS / 1000} s.`);
    await page.waitForTimeout(50);
  }
  await page.waitForTimeout(QUIET_MS);
}
