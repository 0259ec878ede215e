import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { SUBJECTS } from '../../public/test_subjects';
import { loadMorning } from '../fixtures/morning/load';
import { MORNING } from '../fixtures/morning/story';
import { openBrowser, openPage, subject } from '../support/browser';

const { elasticsearchUrl, urls } = inject('kibana');
const WINDOW = new URLSearchParams({
  from: new Date(MORNING.start).toISOString(),
  to: new Date(MORNING.start + MORNING.length).toISOString(),
});
const PATIENCE_MS = 90_000;

let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  await loadMorning(elasticsearchUrl);
  browser = await openBrowser();
  ({ page, errors } = await openPage(browser, `${urls[0]}/app/rota/requests?${WINDOW}`));
  page.setDefaultTimeout(PATIENCE_MS);
  await subject(page, SUBJECTS.requestRows).waitFor();
});
afterAll(() => browser?.close());

/** The line that is typed into; Kibana gives its frame the same test subject. */
const line = () => page.locator(`textarea[data-test-subj~="${SUBJECTS.searchBar}"]`);

describe('Kibana’s own search bar on Rota’s pages', () => {
  it('proposes Rota’s fields while one types', async () => {
    await line().click();
    await line().pressSequentially('http.response.sta');
    const proposals = page.locator('[data-test-subj^="autocompleteSuggestion-field-"]');
    // An empty line proposes every field until what is typed has narrowed them.
    await expect
      .poll(() => proposals.allInnerTexts(), { timeout: PATIENCE_MS })
      .toEqual([expect.stringContaining('http.response.status_code')]);
  });

  it('takes what is typed into the address and the answer', async () => {
    await line().fill('http.response.status_code >= 500');
    await line().press('Enter');
    await expect.poll(() => new URL(page.url()).searchParams.get('kql')).toBe('http.response.status_code >= 500');
    const statuses = subject(page, SUBJECTS.requestRows).locator('tbody tr');
    await expect
      .poll(async () => (await statuses.allInnerTexts()).every((row) => /\b5\d\d\b/.test(row)), {
        timeout: PATIENCE_MS,
      })
      .toBe(true);
  });

  it('shows a filter of the address as one of its own pills, which can be removed there', async () => {
    const filters = JSON.stringify([{ field: 'host.name', op: 'is', value: 'frontend-1' }]);
    await page.goto(`${urls[0]}/app/rota/requests?${WINDOW}&filters=${encodeURIComponent(filters)}`);
    const pill = page.locator('[data-test-subj~="filter"][data-test-subj~="filter-key-host.name"]');
    await pill.waitFor();
    await pill.click();
    await subject(page, 'deleteFilter').click();
    await pill.waitFor({ state: 'detached' });
    await expect.poll(() => new URL(page.url()).searchParams.get('filters')).toBeNull();
    expect(errors).toEqual([]);
  });
});
