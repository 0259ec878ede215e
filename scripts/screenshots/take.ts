import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import type { Page } from '@playwright/test';
import { SUBJECTS } from '../../public/test_subjects.js';
import { MORNING } from '../../test/fixtures/morning/story.js';
import { openBrowser, subject } from '../../test/support/browser.js';
import { kibanaApi, ok } from '../../test/support/kibana/api.js';
import { repack } from './png.js';

const SIZE = { width: 1440, height: 900 };
const THEMES = ['light', 'dark'] as const;
const QUIET_MS = 1000;

interface Picture {
  name: string;
  /** Path below the app, with the page's own parameters. */
  path: string;
  /** What must be there before the picture is taken. */
  shows: string;
  /** Less than a page's, where there is much text: the picture is to stay below 250 KB. */
  height?: number;
}

/** Takes the README's pictures of the morning in a running Kibana into `folder`; gives their paths. */
export async function takePictures(kibana: string, elasticsearchUrl: string, folder: string): Promise<string[]> {
  const pictures = await picturesOf(elasticsearchUrl);
  const browser = await openBrowser();
  const files: string[] = [];
  try {
    for (const theme of THEMES) {
      await ok(
        kibanaApi(kibana)('POST', '/internal/kibana/settings', { changes: { 'theme:darkMode': theme === 'dark' } }),
      );
      const context = await browser.newContext({ viewport: SIZE, timezoneId: 'UTC', locale: 'en-US' });
      const page = await context.newPage();
      for (const picture of pictures) {
        const file = join(folder, `${picture.name}-${theme}.png`);
        await take(page, kibana, picture, file);
        files.push(file);
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
  return files;
}

async function picturesOf(elasticsearchUrl: string): Promise<Picture[]> {
  const request = await retriedRequest(elasticsearchUrl);
  return [
    { name: 'rotation', path: 'rotation', shows: SUBJECTS.share('web-3') },
    { name: 'health', path: 'health', shows: SUBJECTS.lane('web-4') },
    { name: 'requests', path: 'requests', shows: SUBJECTS.requestRows },
    { name: 'trace', path: `requests?request=${request}`, shows: SUBJECTS.waterfall, height: 660 },
    { name: 'delivery', path: 'delivery', shows: SUBJECTS.runs },
  ];
}

async function take(
  page: Page,
  kibana: string,
  { path, shows, height = SIZE.height }: Picture,
  file: string,
): Promise<void> {
  const [name, own = ''] = path.split('?');
  const params = new URLSearchParams(own);
  params.set('from', new Date(MORNING.start).toISOString());
  params.set('to', new Date(MORNING.start + MORNING.length).toISOString());
  await page.setViewportSize({ ...SIZE, height });
  await page.goto(`${kibana}/app/rota/${name}?${params}`);
  await subject(page, shows).first().waitFor({ timeout: 120_000 });
  await subject(page, SUBJECTS.loading).first().waitFor({ state: 'detached', timeout: 120_000 });
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(QUIET_MS);
  await dismissNotices(page);
  // Neither a cursor nor a tooltip.
  await page.mouse.move(0, 0);
  await writeFile(file, repack(await page.screenshot({ animations: 'disabled', caret: 'hide' })));
}

/** What Kibana itself tells each new user: telemetry, say. */
async function dismissNotices(page: Page): Promise<void> {
  const buttons = page.getByRole('button', { name: 'Dismiss', exact: true });
  for (let left = await buttons.count(); left > 0; left--) {
    await buttons.first().click();
    await page.waitForTimeout(QUIET_MS);
  }
}

/** A request whose first attempt failed and whose second was answered: what a trace is for. */
async function retriedRequest(elasticsearchUrl: string): Promise<string> {
  const client = new Client({ node: elasticsearchUrl });
  try {
    const failed = { range: { 'rota.attempts.status_code': { gte: 500 } } };
    const { hits } = await client.search<{ http: { request: { id: string } } }>({
      index: 'logs-nginx.access-rota',
      size: 1,
      sort: ['@timestamp', '_doc'],
      _source: ['http.request.id'],
      query: {
        bool: {
          filter: [
            {
              range: {
                '@timestamp': { gte: MORNING.start, lt: MORNING.start + MORNING.length, format: 'epoch_millis' },
              },
            },
            { nested: { path: 'rota.attempts', query: failed } },
            { range: { 'http.response.status_code': { lt: 500 } } },
          ],
        },
      },
    });
    const id = hits.hits[0]?._source?.http.request.id;
    if (!id) throw new Error('The morning has no request that was tried twice.');
    return id;
  } finally {
    await client.close();
  }
}
