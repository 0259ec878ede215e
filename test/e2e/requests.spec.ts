import { readFile } from 'node:fs/promises';
import { at, expect, SUBJECTS, test, WHOLE, written } from './rota';
import { ALL, BY_USERS, FAILED, type Query, type Truth } from './truth';

const CHECKOUT = { term: { 'url.path': '/checkout' } };
const CHECKOUTS = { bool: { filter: [BY_USERS, CHECKOUT] } };

/** Ids of the users' requests of which any line matches, whoever wrote it. */
async function idsOf(truth: Truth, query: Query): Promise<Set<string>> {
  const own = { bool: { filter: [query], must_not: { term: { tags: 'health_check' } } } };
  const ids = await truth.terms('nginx.access haproxy.log rota.access rota.app', 'http.request.id', own, ALL);
  return new Set(ids.map(({ value }) => value));
}

test.describe('Requests', () => {
  test('counts what matches KQL as the data set does, and says what users met', async ({ rota, truth }) => {
    await rota.open('requests', { ...WHOLE, kql: 'url.path : "/checkout"' });
    const matching = await truth.count('nginx.access', CHECKOUTS, ALL);
    const total = await truth.count('nginx.access', BY_USERS, ALL);
    await expect(rota.panel('requests')).toContainText(`${written(matching)} of ${written(total)} requests match`);
    await expect(rota.page.locator('.rotaRows__foot')).toContainText(`of ${written(matching)} loaded`);
  });

  test('finds a request by a line that only its webapp wrote', async ({ rota, truth }) => {
    const ids = await idsOf(truth, { exists: { field: 'error.message' } });
    expect(ids.size).toBeGreaterThan(0);
    await rota.open('requests', { ...WHOLE, kql: 'error.message : *' });
    await expect(rota.panel('requests')).toContainText(`${written(ids.size)} of`);
    const table = await rota.showTable('requests');
    await expect.poll(() => table.locator('tbody tr').count()).toBeGreaterThan(10);
  });

  test('finds what a retry hid from the user, by the attempts themselves', async ({ rota, truth }) => {
    const failed = { nested: { path: 'rota.attempts', query: { term: { 'rota.attempts.status_code': 502 } } } };
    const ids = await idsOf(truth, failed);
    expect(ids.size).toBeGreaterThan(0);
    await rota.open('requests', { ...WHOLE, kql: 'rota.attempts : { status_code : 502 }' });
    await expect(rota.panel('requests')).toContainText(`${written(ids.size)} of`);
    await expect(rota.panel('requests')).toContainText(/covered by a retry/);
  });

  test('searches by the line that the user types, and by Enter', async ({ rota, truth }) => {
    await rota.loaded('requests', WHOLE);
    const line = rota.page.getByTestId(SUBJECTS.searchBar).and(rota.page.locator('textarea, input'));
    await line.fill('url.path : "/checkout" and not http.response.status_code >= 300');
    await line.press('Enter');
    const good = { bool: { filter: [CHECKOUTS], must_not: { range: { 'http.response.status_code': { gte: 300 } } } } };
    const n = await truth.count('nginx.access', good, ALL);
    await expect(rota.panel('requests')).toContainText(`${written(n)} of`);
    await expect.poll(() => rota.param('kql')).toContain('url.path');
  });

  test('lists fields with type and coverage, the rare ones too', async ({ rota, truth }) => {
    await rota.loaded('requests', WHOLE);
    const list = rota.page.getByTestId(SUBJECTS.fieldList);
    await list.getByRole('searchbox').fill('rota.attempts');
    const retried = await truth.count(
      'nginx.access',
      { bool: { filter: [BY_USERS, { nested: { path: 'rota.attempts', query: { match_all: {} } } }] } },
      ALL,
    );
    const share = retried / (await truth.count('nginx.access', BY_USERS, ALL));
    const row = rota.page.getByTestId(SUBJECTS.field('rota.attempts'));
    await expect(row).toContainText(share < 0.001 ? '<0.1 %' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`);
    await list.getByRole('searchbox').fill('status_code');
    const status = rota.page.getByTestId(SUBJECTS.field('http.response.status_code'));
    await expect(status.getByRole('img', { name: 'long' })).toBeVisible();
    // What every request carries needs no bar.
    await expect(status).not.toContainText('%');
  });

  test('reaches the parts of the attempts: listed, counted, and a filter', async ({ rota, truth }) => {
    const field = 'rota.attempts.status_code';
    const of = (query: Query) => ({ bool: { filter: [BY_USERS, { nested: { path: 'rota.attempts', query } }] } });
    const failed = await truth.count('nginx.access', of({ term: { [field]: 502 } }), ALL);
    expect(failed).toBeGreaterThan(0);
    await rota.loaded('requests', WHOLE);
    await rota.page.getByTestId(SUBJECTS.fieldList).getByRole('searchbox').fill(field);
    await rota.page.getByTestId(SUBJECTS.field(field)).click();
    const values = rota.page.getByTestId(SUBJECTS.fieldValues);
    await expect(values.getByRole('listitem').filter({ hasText: '502' })).toBeVisible();
    await rota.page.getByRole('button', { name: `Only ${field} 502`, exact: true }).click();
    await expect(rota.panel('requests')).toContainText(`${written(failed)} of`);
    await rota.go('requests', { ...WHOLE, kql: `${field} : 502` });
    await expect(rota.panel('requests')).toContainText(`${written(failed)} of`);
  });

  test('shows a field’s top values, and narrows the page by one', async ({ rota, truth }) => {
    const [top] = await truth.terms('nginx.access', 'url.path', BY_USERS, ALL);
    const total = await truth.count('nginx.access', BY_USERS, ALL);
    await rota.loaded('requests', WHOLE);
    await rota.page.getByTestId(SUBJECTS.fieldList).getByRole('searchbox').fill('url.path');
    await rota.page.getByTestId(SUBJECTS.field('url.path')).click();
    const values = rota.page.getByTestId(SUBJECTS.fieldValues);
    await expect(values.getByRole('listitem').first()).toContainText(top!.value);
    await expect(values.getByRole('listitem').first()).toContainText(`${((top!.n / total) * 100).toFixed(1)}`);
    await rota.page.getByRole('button', { name: `Only url.path ${top!.value}`, exact: true }).click();
    await expect(rota.panel('requests')).toContainText(`${written(top!.n)} of ${written(total)} requests match`);
    await expect
      .poll(() => JSON.parse(rota.param('filters') ?? '[]'))
      .toEqual([{ field: 'url.path', op: 'is', value: top!.value }]);
  });

  test('adds a column that stays in the address, with the values of the lines', async ({ rota, truth }) => {
    await rota.loaded('requests', WHOLE);
    await rota.page.getByTestId(SUBJECTS.fieldList).getByRole('searchbox').fill('source.ip');
    await rota.page.getByTestId(SUBJECTS.field('source.ip')).click();
    await rota.page.getByRole('button', { name: 'Add the column source.ip' }).click();
    await expect.poll(() => rota.param('columns')).toBe('source.ip');
    const rows = rota.page.getByTestId(SUBJECTS.requestRows);
    await expect(rows.getByRole('columnheader', { name: 'source.ip' })).toBeVisible();
    const shown = rows.locator('tbody tr').first().getByRole('cell').last();
    await expect(shown).not.toHaveText('–');
    const known = await truth.terms('nginx.access', 'source.ip', BY_USERS, ALL);
    expect(known.map(({ value }) => value)).toContain(await shown.innerText());
  });

  test('loads older rows without a repeat', async ({ rota }) => {
    await rota.loaded('requests');
    const rows = rota.page.getByTestId(SUBJECTS.openRequest);
    const before = await rows.count();
    await rota.page.getByTestId(SUBJECTS.loadOlder).click();
    await expect.poll(() => rows.count()).toBe(2 * before);
  });

  test('exports every match as NDJSON, unchanged', async ({ rota, truth }) => {
    await rota.loaded('requests', { ...WHOLE, kql: 'http.response.status_code >= 500' });
    const lines = (await exported(rota, 'NDJSON'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ids = lines.map((doc) => doc.http.request.id);
    expect(new Set(ids)).toEqual(await idsOf(truth, FAILED));
    expect(ids).toHaveLength(new Set(ids).size);
    const own = await truth.documents('nginx.access', { term: { 'http.request.id': ids[0] } }, { span: ALL });
    expect(lines[0]).toEqual(own[0]?.doc);
  });

  test('exports every match as CSV, with the chosen columns', async ({ rota, truth }) => {
    const columns = 'http.request.id,url.path,http.response.status_code';
    await rota.loaded('requests', { ...WHOLE, kql: 'url.path : "/checkout"', columns });
    const [head, ...lines] = (await exported(rota, 'CSV')).trimEnd().split(/\r?\n/);
    expect(head).toBe(`\ufeff${columns}`);
    const rows = lines.map((line) => line.replaceAll('"', '').split(','));
    expect(rows.every(([, path]) => path === '/checkout')).toBe(true);
    const fields = ['http.request.id', 'http.response.status_code'];
    const own = await truth.documents('nginx.access', CHECKOUTS, { span: ALL, fields });
    const statuses = own.map(({ doc }) => `${doc['http'].request.id} ${doc['http'].response.status_code}`);
    expect(rows.map(([id, , status]) => `${id} ${status}`).sort()).toEqual(statuses.sort());
  });

  test('warns of an export that holds only the newest, and saves none that broke off', async ({ rota, truth }) => {
    const matching = await truth.count('nginx.access', CHECKOUTS, ALL);
    await rota.loaded('requests', { ...WHOLE, kql: 'url.path : "/checkout"' });
    // The real limit is 100,000: more than the morning has.
    await rota.page.route('**/requests/export', (route) =>
      route.continue({ postData: JSON.stringify({ ...route.request().postDataJSON(), limit: 5 }) }),
    );
    expect((await exported(rota, 'CSV')).trimEnd().split('\r\n')).toHaveLength(1 + 5);
    await expect(rota.page.getByText(`The file holds the newest 5 of ${written(matching)} requests.`)).toBeVisible();
    await rota.page.unroute('**/requests/export');
    let downloads = 0;
    rota.page.on('download', () => downloads++);
    await rota.page.route('**/requests/export', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).slice(0, 2000) });
    });
    await rota.page.getByTestId(SUBJECTS.exportMenu).click();
    await rota.page.getByRole('button', { name: /^CSV \(/ }).click();
    await expect(rota.page.getByText(/The export failed: The answer broke off after \d+ of/)).toBeVisible();
    expect(downloads).toBe(0);
  });

  test('shows deploys and pool events over the requests, whatever the filter', async ({ rota }) => {
    await rota.open('requests', { kql: 'url.path : "/checkout"' });
    await expect(rota.panel('requests').locator('.rotaMarker, .rotaEventNumber').first()).toBeVisible();
    await expect(rota.panel('requests').locator('.rotaMarker, .rotaEventNumber')).not.toHaveCount(0);
  });

  test('splits the chart by a field', async ({ rota, truth }) => {
    await rota.open('requests', { ...WHOLE, break_down: 'host.name' });
    for (const { value, n } of await truth.terms('nginx.access', 'host.name', BY_USERS, ALL)) {
      await expect(rota.panel('requests')).toContainText(`${value} ${written(n)}`);
    }
    await rota.panel('requests').getByRole('button', { name: 'By host.name' }).click();
    await expect(rota.panel('requests')).toContainText('2XX');
  });

  test('opens at the very request that a link names', async ({ rota, truth }) => {
    const [line] = await truth.documents('nginx.access', CHECKOUTS, { most: 1, span: { from: 600_000, to: 700_000 } });
    const id = String(line?.doc['http'].request.id);
    await rota.open('requests', { request: id, from: at(9), to: at(13) });
    await expect(rota.page.getByTestId(SUBJECTS.trace)).toContainText(id);
  });
});

async function exported(rota: import('./rota').Rota, format: 'CSV' | 'NDJSON'): Promise<string> {
  await rota.page.getByTestId(SUBJECTS.exportMenu).click();
  const [download] = await Promise.all([
    rota.page.waitForEvent('download'),
    rota.page.getByRole('button', { name: new RegExp(`^${format} \\(`) }).click(),
  ]);
  return readFile((await download.path()) ?? '', 'utf8');
}
