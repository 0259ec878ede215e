import { expect, PAGES, SUBJECTS, test } from './rota';

/** The route whose answer decides what a page shows. */
const ROUTE = { rotation: 'rotation', health: 'health', requests: 'requests', delivery: 'delivery' } as const;

for (const name of PAGES) {
  test.describe(`${name}: when all is not well`, () => {
    test('says which kind of nothing there is, and the way out of each', async ({ rota }) => {
      const empty = rota.page.getByTestId(SUBJECTS.empty);
      await rota.open(name, { kql: 'url.path : "/nowhere"' });
      await expect(empty).toContainText('No request matches');
      await rota.page.getByRole('button', { name: 'Clear all filters' }).click();
      await expect(empty).toHaveCount(0);
      await expect.poll(() => rota.param('kql')).toBeNull();
      await rota.go(name, { from: '2026-01-18T00:00:00Z', to: '2026-01-18T01:00:00Z' });
      await expect(empty).toContainText('No requests in this window');
      await expect(empty).toContainText('The last request was logged at');
      await rota.go(name, { kql: 'url.path : (' });
      await expect(rota.page.getByTestId(SUBJECTS.error)).toContainText('invalid_kql');
      await rota.page.getByRole('button', { name: 'Clear the filter' }).click();
      await expect(rota.page.getByTestId(SUBJECTS.error)).toHaveCount(0);
    });

    // A healthy Elasticsearch gives no such answers: the route is held up, then answers 503, then reports half an answer.
    test('waits, names a failure and names what is missing (a stand-in between page and route)', async ({ rota }) => {
      let go: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        go = resolve;
      });
      const message = 'Elasticsearch is too busy to answer. Try again shortly.';
      const reasons = [
        { code: 'shards_failed', message: '1 of 4 shards failed for "frontend"; counts are lower bounds.' },
        { code: 'timed_out', message: '"webapp" ran out of time; its counts are lower bounds.' },
      ];
      let healthy = false;
      await rota.stub(ROUTE[name], async (json) => {
        await held;
        if (!healthy) return { status: 503, json: { code: 'search_unavailable', message } };
        return { json: { ...(await json()), partial: true, partial_reasons: reasons } };
      });
      await rota.open(name);
      await expect(rota.page.getByTestId(SUBJECTS.loading).first()).toBeVisible();
      go();
      await expect(rota.page.getByTestId(SUBJECTS.error)).toContainText(`${message} (search_unavailable)`);
      healthy = true;
      await rota.page.getByRole('button', { name: 'Try again' }).click();
      const partial = rota.page.getByTestId(SUBJECTS.partial).first();
      await expect(partial).toContainText('This answer is incomplete');
      for (const { message: words } of reasons) await expect(partial).toContainText(words);
      await expect(rota.page.locator('[data-test-subj^=rotaPanel-]').first()).toBeVisible();
      await expect(rota.page.getByTestId(SUBJECTS.loading)).toHaveCount(0);
      // Half an answer proves nothing good.
      await expect(rota.page.locator('.rotaVerdict--good')).toHaveCount(0);
    });
  });
}

test('A fresh installation says on every page what is missing and how to send the first line', async ({ rota }) => {
  await rota.open('rotation', {}, process.env['ROTA_E2E_EMPTY_URL']);
  for (const name of PAGES) {
    await rota.page.getByTestId(SUBJECTS.tab(name)).click();
    await expect.poll(() => new URL(rota.page.url()).pathname).toContain(`/${name}`);
    const first = rota.page.getByTestId(SUBJECTS.firstRun);
    await expect(first).toContainText('No request has arrived yet');
    await expect(first).toContainText('createLogger');
    for (const check of ['templates', 'balancer', 'frontends', 'webapps', 'sdk', 'probes', 'request_ids', 'senders']) {
      await expect(first.getByTestId(`rotaCheck-${check}`).getByRole('img', { name: 'missing' })).toBeVisible();
    }
    await expect(first.getByTestId('rotaCheck-elasticsearch')).toContainText('It answers');
  }
});
