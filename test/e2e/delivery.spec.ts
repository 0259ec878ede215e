import { DELIVERY_GAP, MORNING } from '../fixtures/morning/story';
import { test as base, expect, SUBJECTS, WHOLE, written } from './rota';
import { sizeOf, TEST_RUN, type TrueRun, trueRuns } from './runs';
import { ALL } from './truth';

/** The runs are counted number by number once for all specs. */
const test = base.extend<object, { runs: TrueRun[] }>({
  runs: [async ({ truth }, use) => use(await trueRuns(truth)), { scope: 'worker' }],
});

/** The SDK reports every 30 s; after three that did not come it is not known whether a run goes on. */
const SILENT_MS = 95_000;

test.describe('Delivery', () => {
  test('judges every run as its numbers do, and names what is missing and what was dropped', async ({ rota, runs }) => {
    await rota.loaded('delivery', WHOLE);
    expect(runs.length).toBeGreaterThan(4);
    for (const run of runs) {
      const cells = rota.page.getByTestId(SUBJECTS.run(run.id)).getByRole('cell');
      await expect(cells.first()).toBeVisible();
      const words = await cells.allInnerTexts();
      const missing = sizeOf(run.missing);
      const [hole] = run.missing;
      const open = Date.parse(WHOLE.to) - run.last > SILENT_MS ? 'unproven tail' : 'running';
      const state = missing > 0 ? 'missing' : run.closed ? 'proven' : open;
      expect(words[0], `state of ${run.host} ${run.id}`).toContain(state);
      expect(words[5]).toMatch(new RegExp(`${written(run.highest)}$`));
      expect(words[6]).toBe(written(run.indexed));
      if (hole) {
        const range = hole.first === hole.last ? written(hole.first) : `${written(hole.first)}–${written(hole.last)}`;
        expect(words[8]).toContain(`${written(missing)}: ${range}`);
      }
      for (const { cause, count } of run.drops)
        expect(words[10]).toContain(`${cause.replace(/[-_]/g, ' ')} ${written(count)}`);
      if (run.drops.length === 0) expect(words[10]).not.toMatch(/full|timeout|oversize/);
    }
    const whole = runs.every(({ closed, missing }) => closed && missing.length === 0);
    await expect(rota.page.locator('.rotaVerdict--good')).toHaveCount(whole ? 1 : 0);
  });

  test('adds up: what was written is indexed, dropped, dead or missing', async ({ rota, runs }) => {
    await rota.loaded('delivery', WHOLE);
    const account = rota.page.getByTestId(SUBJECTS.account);
    const term = async (name: string) => {
      const one = account.locator('.rotaAccount__term', { has: rota.page.getByText(name, { exact: true }) });
      return Number((await one.locator('dd').innerText()).replace(/[^\d]/g, ''));
    };
    const sum = (value: (run: TrueRun) => number) => runs.reduce((total, run) => total + value(run), 0);
    expect(await term('Written')).toBe(sum(({ highest }) => highest));
    expect(await term('Indexed')).toBe(sum(({ indexed }) => indexed));
    expect(await term('Missing')).toBe(sum(({ missing }) => sizeOf(missing)));
    expect(await term('Written')).toBe(
      (await term('Indexed')) + (await term('Drops declared')) + (await term('Dead letters')) + (await term('Missing')),
    );
  });

  test('opens a run at its gap, and keeps it in the address', async ({ rota, runs }) => {
    const run = runs.find(({ host, missing }) => host === DELIVERY_GAP.host && missing.length > 0)!;
    await rota.loaded('delivery', WHOLE);
    await rota.page
      .getByTestId(SUBJECTS.run(run.id))
      .getByRole('button', { name: /^Open run/ })
      .press('Enter');
    const detail = rota.page.getByTestId(SUBJECTS.runDetail);
    await expect(detail).toContainText('written and never indexed');
    await expect(
      detail.getByRole('listitem').filter({ hasText: `${written(run.missing[0]!.first)} missing` }),
    ).toHaveCount(1);
    await expect.poll(() => rota.param('run')).toBe(run.id);
    await rota.open('delivery', { ...WHOLE, run: run.id });
    await expect(detail).toBeVisible();
    await detail.getByRole('link', { name: 'Requests around the gap' }).click();
    await expect.poll(() => new URL(rota.page.url()).pathname).toContain('/requests');
    await expect.poll(() => rota.param('kql')).toContain(run.host);
  });

  test('filters the runs by state', async ({ rota, runs }) => {
    await rota.loaded('delivery', WHOLE);
    const torn = runs.filter(({ missing }) => missing.length > 0);
    await rota
      .panel('runs')
      .getByRole('button', { name: /^missing/ })
      .click();
    const rows = rota.page.getByTestId(SUBJECTS.runs).locator('tbody tr');
    await expect(rows).toHaveCount(torn.length);
    // The address carries it to whoever opens it.
    await rota.page.reload();
    await expect(rows).toHaveCount(torn.length);
    await expect.poll(() => rota.param('run_state')).toBe('missing');
  });

  test('keeps the page of runs and its size in the address', async ({ rota, truth }) => {
    await truth.write(shortRuns(27));
    const lately = { from: 'now-15m', to: 'now', kql: 'host.name : "e2e-host"' };
    await rota.loaded('delivery', { ...lately, runs_page: '3' });
    const rows = rota.page.getByTestId(SUBJECTS.runs).locator('tbody tr');
    await expect(rows).toHaveCount(7);
    await rota
      .panel('runs')
      .getByText(/^Rows per page/)
      .click();
    await rota.page.getByRole('button', { name: '25 rows' }).click();
    await expect(rows).toHaveCount(25);
    await expect.poll(() => [rota.param('runs_size'), rota.param('runs_page')]).toEqual(['25', null]);
    // What no page has is taken for the nearest that there is.
    await rota.loaded('delivery', { ...lately, runs_page: '-7', run_state: 'nonsense' });
    await expect(rows).toHaveCount(10);
  });

  test('shows the runs of a pool', async ({ rota, truth, runs }) => {
    const pools = await truth.terms('nginx.access', 'rota.pool', { match_all: {} }, ALL);
    await rota.loaded('delivery', { ...WHOLE, pool: pools[0]!.value });
    await expect(rota.page.getByTestId(SUBJECTS.run(runs[0]!.id))).toBeVisible();
    await rota.open('delivery', { ...WHOLE, pool: 'nobody' });
    await expect(rota.page.getByTestId(SUBJECTS.run(runs[0]!.id))).toHaveCount(0);
  });

  test('shows lag, queues and the indexer over time, or says that nobody told of them', async ({ rota, truth }) => {
    await rota.loaded('delivery', WHOLE);
    const lag = await rota.showTable('lag');
    await expect.poll(() => lag.locator('tbody tr', { hasText: 'ms' }).count()).toBeGreaterThan(10);
    // What is measured ends with the indexer's sending, and the page says so.
    await expect(rota.panel('lag')).toContainText('sent to Elasticsearch');
    const told = await truth.count('rota.pipeline', { exists: { field: 'rota.rsyslog.size' } }, ALL);
    if (told === 0) await expect(rota.panel('queues')).toContainText('No rsyslog has told of its queues');
    else
      expect(
        await (await rota.showTable('queues')).locator('tbody tr', { hasText: /\d( ms| s)?$/ }).count(),
      ).toBeGreaterThan(0);
    const reports = await truth.count('rota.pipeline', { exists: { field: 'rota.indexer.indexed' } }, ALL);
    const waited = await truth.count('rota.pipeline', { exists: { field: 'rota.indexer.oldest_ms' } }, ALL);
    expect((await rota.panel('queues').getByText('indexer, oldest line').count()) > 0).toBe(waited > 0);
    if (reports === 0) await expect(rota.panel('indexer')).toContainText('No indexer has reported');
    else
      expect(await (await rota.showTable('indexer')).locator('tbody tr', { hasText: /\d/ }).count()).toBeGreaterThan(0);
    await expect(rota.panel('lag').locator('canvas, table').first()).toBeVisible();
  });

  test('keeps dead letters by their bytes', async ({ rota, truth }) => {
    await truth.write([deadLetter()]);
    await rota.loaded('delivery', { from: 'now-15m', to: 'now' });
    const lately = { from: Date.now() - 900_000 - MORNING.start, to: Date.now() - MORNING.start };
    const letters = await truth.terms('rota.deadletter', 'rota.reason', { match_all: {} }, lately);
    // What stands before the first colon is one reason, what follows its detail.
    const reasons = new Map<string, number>();
    for (const { value, n } of letters) {
      const reason = value.split(': ')[0] ?? value;
      reasons.set(reason, (reasons.get(reason) ?? 0) + n);
    }
    for (const [reason, n] of reasons) {
      const row = rota.page.getByTestId(SUBJECTS.deadLetters).getByRole('row').filter({ hasText: reason }).first();
      await expect(row.getByRole('cell').nth(1)).toHaveText(written(n));
    }
    await rota.page.getByRole('button', { name: `Show the originals: ${LETTER.reason}` }).click();
    const original = rota.page.getByTestId(SUBJECTS.deadLetterOriginal);
    // Control characters are written out, and markup stays text.
    await expect(original).toContainText('\\x1b[31m<b>no line of ours</b>');
    await original.getByText('Hex', { exact: true }).click();
    await expect(original).toContainText('1b 5b 33 31 6d');
    await original.getByText('Base64', { exact: true }).click();
    await expect(original).toContainText(Buffer.from(LETTER.bytes).toString('base64'));
    await expect.poll(() => rota.param('dead_letter')).toBe(LETTER.reason);
    await rota.page.reload();
    await expect(original).toContainText(Buffer.from(LETTER.bytes).toString('base64'));
    await rota.go('delivery', { from: 'now-15m', to: 'now', dead_letter: LETTER.reason, dead_letter_n: '9000' });
    await expect(rota.panel('dead_letters')).toContainText('There is no line 9,000 of this reason');
    await rota.page.getByRole('button', { name: 'Show the first' }).click();
    await expect(original).toContainText('\\x1b[31m<b>no line of ours</b>');
  });

  test('shows deploys and pool events on its charts', async ({ rota }) => {
    await rota.loaded('delivery');
    await expect(rota.panel('lag').locator('.rotaMarker, .rotaEventNumber').first()).toBeVisible();
  });
});

const LETTER = { bytes: '\x1b[31m<b>no line of ours</b>', reason: 'e2e_not_json' };

/** A line that a hostile sender might have sent, as the indexer keeps such. */
function deadLetter() {
  const id = `e2e-dead-${Date.now()}`;
  const time = new Date().toISOString();
  const doc = {
    '@timestamp': time,
    event: { id, created: time, ingested: time, dataset: 'rota.deadletter' },
    host: { name: 'log-1' },
    rota: { raw: Buffer.from(LETTER.bytes).toString('base64'), reason: LETTER.reason, input: 'tcp' },
  };
  return { dataset: 'rota.deadletter', id, doc };
}

/** Runs of one line each, of a host of their own. */
function shortRuns(count: number) {
  const time = new Date().toISOString();
  return Array.from({ length: count }, (_, i) => {
    const run = `${TEST_RUN}${Date.now()}-${i}`;
    const event = { id: `${run}-1`, sequence: 1, action: 'close', created: time, ingested: time, dataset: 'rota.sdk' };
    const doc = { '@timestamp': time, event, agent: { ephemeral_id: run }, host: { name: 'e2e-host' } };
    return { dataset: 'rota.sdk', id: event.id, doc };
  });
}
