import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from '@playwright/test';

const CHROMIUM = '/usr/bin/chromium';
/** Waits end when what they wait for is there. */
const PATIENCE_MS = 300_000;

/** Debian's Chromium, headless. The sandbox is left out for root only, who cannot have it. */
export async function openBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error('Chromium is missing: apt-get install chromium (npm test does it by itself).');
  return chromium.launch({ executablePath: CHROMIUM, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

/** A page that remembers every error that the browser meets on it. */
export async function openPage(browser: Browser, url: string): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1200 } });
  page.setDefaultTimeout(PATIENCE_MS);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400) errors.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(url);
  return { page, errors };
}

/** An element by its `data-test-subj`. */
export const subject = (page: Page, name: string) => page.locator(`[data-test-subj~="${name}"]`);
