import { BROKEN_WEBAPP, DELIVERY_GAP, DEPLOY, FAILED_FRONTEND, MORNING, STOPPED_NODE } from '../fixtures/morning/story';
import { at, atMs, expect, type Rota, SUBJECTS, test, WHOLE, written } from './rota';
import { ALL, FAILED, type Truth } from './truth';

/** A row of the event list, by what it says. */
function eventRow(rota: Rota, ...words: string[]) {
  return words.reduce((rows, text) => rows.filter({ hasText: text }), rota.panel('events').locator('tbody tr'));
}

/** What the balancer itself said of a server, ms after the story's begin. */
async function balancersWord(truth: Truth, action: string, host: string): Promise<number[]> {
  const query = { bool: { filter: [{ term: { 'event.action': action } }, { term: { 'haproxy.server_name': host } }] } };
  const words = await truth.documents('haproxy.log', query, { span: ALL });
  return words.map(({ doc }) => Date.parse(doc['@timestamp']) - MORNING.start);
}

const clock = (ms: number) => atMs(ms).slice(11, 19);

test.describe('Health', () => {
  test('tells what fell this morning, why, and whom it hurt', async ({ rota }) => {
    await rota.loaded('health');
    await expect(eventRow(rota, '5XX burst', BROKEN_WEBAPP.host).first()).toContainText('stayed in its pool');
    await expect(eventRow(rota, 'Ejected, passive', STOPPED_NODE.host).first()).toContainText('took it out');
    await expect(eventRow(rota, 'Ejected', FAILED_FRONTEND.host).first()).toContainText(String(FAILED_FRONTEND.status));
    await expect(eventRow(rota, 'Deploy').first()).toContainText(`${DEPLOY.before} → ${DEPLOY.after}`);
    await expect(eventRow(rota, 'Silent', DELIVERY_GAP.host)).toContainText('the logging stopped, not the service');
  });

  test('agrees with the balancer’s own account of the ejection, to the second', async ({ rota, truth }) => {
    await rota.loaded('health');
    const [down] = await balancersWord(truth, 'server_down', FAILED_FRONTEND.host);
    const [up] = await balancersWord(truth, 'server_up', FAILED_FRONTEND.host);
    const row = eventRow(rota, 'Ejected', FAILED_FRONTEND.host).first();
    await expect(row.getByRole('cell').nth(3)).toHaveText(clock(down!));
    await row.getByRole('button').click();
    await expect(rota.page.getByTestId(SUBJECTS.eventDetail).locator('svg')).toContainText(`returned · ${clock(up!)}`);
  });

  test('tells an event in the logs’ own words: the balancer’s DOWN and UP', async ({ rota }) => {
    await rota.loaded('health');
    await eventRow(rota, 'Ejected', FAILED_FRONTEND.host).first().getByRole('button').click();
    const lines = rota.page.getByTestId(SUBJECTS.eventLines).locator('tbody tr');
    await expect(lines.filter({ hasText: `/${FAILED_FRONTEND.host} is DOWN` })).toHaveCount(1);
    await expect(lines.filter({ hasText: `/${FAILED_FRONTEND.host} is UP` })).toHaveCount(1);
    await expect(rota.panel('event_lines')).toContainText(/in the logs’ own words/);
    await rota.panel('event_lines').getByRole('link', { name: 'Its requests, line by line' }).click();
    await expect.poll(() => rota.page.url()).toMatch(/\/requests\?/);
  });

  test('draws a burst without an ejection as what it was: its first and its last 5XX', async ({ rota }) => {
    await rota.loaded('health');
    await eventRow(rota, '5XX burst', BROKEN_WEBAPP.host).first().getByRole('button').first().click();
    await expect(rota.panel('event')).toContainText(`${BROKEN_WEBAPP.host} 5XX burst`);
    const drawn = rota.page.getByTestId(SUBJECTS.eventDetail).locator('svg');
    await expect(drawn).toContainText('first 5XX · ');
    await expect(drawn).toContainText('last 5XX · ');
    await expect(drawn).not.toContainText(/ejected|returned/);
  });

  test('gives events that stand close together one flag, whose clicks go through them', async ({ rota }) => {
    await rota.loaded('health');
    const flags = rota.panel('state').getByRole('button', { name: /^Events? \d/ });
    await expect(flags.first()).toBeVisible();
    const boxes = (await flags.evaluateAll((all) =>
      all.map((flag) => flag.getBoundingClientRect().toJSON()),
    )) as DOMRect[];
    const byPlace = boxes.sort((a, b) => a.left - b.left);
    for (const [i, next] of byPlace.slice(1).entries()) expect(next.left).toBeGreaterThanOrEqual(byPlace[i]!.right - 1);

    const group = rota.panel('state').getByRole('button', { name: /^Events \d+ to \d+: .*Deploy/ });
    await expect(group).toHaveText(/^\d+–\d+/);
    await group.click();
    await expect.poll(() => rota.param('event')).toBeTruthy();
    const first = rota.param('event');
    await group.click();
    await expect.poll(() => rota.param('event')).not.toBe(first);
    await expect(group).toHaveAttribute('aria-pressed', 'true');
  });

  test('measures the detection gap from the first failure to the ejection', async ({ rota, truth }) => {
    await rota.loaded('health');
    const [down] = await balancersWord(truth, 'server_down', FAILED_FRONTEND.host);
    const own = { bool: { filter: [FAILED, { term: { 'haproxy.server_name': FAILED_FRONTEND.host } }] } };
    const span = { from: FAILED_FRONTEND.from - 5000, to: down! + 1000 };
    const [first] = await truth.documents('haproxy.log', own, { span, most: 1 });
    const wanted = Math.round((down! - (Date.parse(first!.doc['@timestamp']) - MORNING.start)) / 1000);
    const gap = await eventRow(rota, 'Ejected', FAILED_FRONTEND.host).first().getByRole('cell').nth(7).innerText();
    expect(Math.abs(Number.parseInt(gap, 10) - wanted)).toBeLessThanOrEqual(1);
    await expect(rota.figure('gap')).toContainText(gap);
  });

  test('shows the chosen event second by second and keeps it in the address', async ({ rota }) => {
    await rota.loaded('health');
    await eventRow(rota, 'Ejected, passive', STOPPED_NODE.host).first().getByRole('button').click();
    await expect(rota.panel('event')).toContainText(`second by second: ${STOPPED_NODE.host}`);
    await expect.poll(() => rota.param('event')).toContain(STOPPED_NODE.host);
    await eventRow(rota, 'Ejected', FAILED_FRONTEND.host).first().getByRole('button').click();
    const table = await rota.showTable('event');
    await expect(table).toContainText(`failed ${FAILED_FRONTEND.status}`);
    await rota.page.reload();
    await expect(rota.panel('event')).toContainText(FAILED_FRONTEND.host);
  });

  test('draws silence as silence, never as serving', async ({ rota }) => {
    await rota.loaded('health');
    await expect(rota.page.getByTestId(SUBJECTS.lane(DELIVERY_GAP.host))).toContainText('Silent 09:');
    const table = await rota.showTable('state');
    await expect(table.locator('tr', { hasText: 'Silent' })).toContainText(DELIVERY_GAP.host);
  });

  test('leads from a bar to the raw lines of its time, and on to one request’s trace', async ({ rota }) => {
    await rota.loaded('health');
    await rota.page.getByTestId(SUBJECTS.lane(BROKEN_WEBAPP.host)).getByRole('link').first().click();
    await expect.poll(() => new URL(rota.page.url()).pathname).toContain('/requests');
    await expect.poll(() => rota.param('kql')).toContain(BROKEN_WEBAPP.host);
    const from = Date.parse(rota.param('from') ?? '') - MORNING.start;
    expect(Math.abs(from - BROKEN_WEBAPP.from)).toBeLessThan(30_000);
    await rota.page.getByTestId(SUBJECTS.openRequest).first().click();
    await expect(rota.page.getByTestId(SUBJECTS.waterfall)).toContainText(BROKEN_WEBAPP.host);
    await expect(rota.page.getByTestId(SUBJECTS.rawLines)).toContainText(BROKEN_WEBAPP.host);
  });

  test('leads from an event to its lines and to a failed request', async ({ rota }) => {
    await rota.loaded('health');
    await eventRow(rota, 'Ejected', FAILED_FRONTEND.host).first().getByRole('link', { name: 'Trace' }).click();
    const trace = rota.page.getByTestId(SUBJECTS.trace);
    await expect(trace.getByTestId(SUBJECTS.waterfall)).toContainText(FAILED_FRONTEND.host);
    await expect(trace).toContainText(String(FAILED_FRONTEND.status));
  });

  test('counts what users got as the balancer logged it', async ({ rota, truth }) => {
    await rota.loaded('health', WHOLE);
    const failed = await truth.count('haproxy.log', FAILED, ALL);
    await expect.poll(() => rota.number('usersHurt')).toBe(failed);
    const table = await rota.showTable('classes');
    const sums = await table.locator('tbody tr td:nth-child(5)').allInnerTexts();
    expect(sums.reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0)).toBe(failed);
  });

  test('charges the error budget with every 5XX, and says which event spent it', async ({ rota, truth }) => {
    await rota.loaded('health', WHOLE);
    const failed = await truth.count('haproxy.log', FAILED, ALL);
    await expect(rota.page.getByTestId(SUBJECTS.budget)).toContainText(`${written(failed)} failed`);
    const table = await rota.showTable('budget');
    await expect(table.getByRole('row', { name: /^Failed in all/ })).toContainText(written(failed));
    await expect(
      table.getByRole('row', { name: new RegExp(`Ejected, ${FAILED_FRONTEND.host}`) }).first(),
    ).toBeVisible();
  });

  test('names the routes that failed most', async ({ rota, truth }) => {
    await rota.loaded('health', WHOLE);
    const routes = await truth.terms('haproxy.log', 'url.path', FAILED, ALL);
    const whole = routes.filter(({ value }) => !/\d/.test(value));
    for (const { value, n } of whole.slice(0, 2)) {
      const rows = rota
        .panel('routes')
        .locator('tbody tr', { has: rota.page.getByRole('link', { name: value, exact: true }) });
      const counts = await rows.locator('td:nth-child(3)').allInnerTexts();
      expect(counts.reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0)).toBe(n);
    }
  });

  test('opens at the event that a link names', async ({ rota }) => {
    await rota.loaded('health');
    await eventRow(rota, 'Deploy').first().getByRole('button').click();
    await expect.poll(() => rota.param('event')).toBeTruthy();
    const event = rota.param('event') ?? '';
    await rota.open('health', { event, from: at(1), to: at(29) });
    await expect(rota.panel('event')).toContainText('deploy');
  });
});
