import { at, atMs, expect, SUBJECTS, test, WHOLE } from './rota';
import { ALL, BY_USERS } from './truth';

test.describe('Links', () => {
  test('Back undoes one thing at a time', async ({ rota }) => {
    await rota.loaded('requests');
    await rota.page.getByTestId(SUBJECTS.openRequest).first().click();
    await expect(rota.page.getByTestId(SUBJECTS.trace)).toBeVisible();
    await rota.page.getByRole('tab', { name: /^Fields/ }).click();
    await expect.poll(() => rota.param('tab')).toBe('fields');
    await rota.page.goBack();
    await expect.poll(() => rota.param('tab')).toBeNull();
    await expect(rota.page.getByTestId(SUBJECTS.trace)).toBeVisible();
    await rota.page.goBack();
    await expect(rota.page.getByTestId(SUBJECTS.trace)).toHaveCount(0);
    expect(rota.param('request')).toBeNull();
    await expect(rota.page.getByTestId(SUBJECTS.openRequest).first()).toBeVisible();
  });

  test('a tab finds its page as it was left', async ({ rota }) => {
    await rota.loaded('requests', { columns: 'source.ip', probes: 'true' });
    await rota.page.getByTestId(SUBJECTS.tab('health')).click();
    await expect(rota.verdict).toBeVisible();
    expect(rota.param('columns')).toBeNull();
    await rota.page.getByTestId(SUBJECTS.tab('requests')).click();
    await expect.poll(() => rota.param('columns')).toBe('source.ip');
    expect(rota.param('probes')).toBe('true');
  });

  test('a request is found where the link says, and wherever else it is', async ({ rota, truth }) => {
    const [line] = await truth.documents('nginx.access', BY_USERS, { span: ALL, fields: ['http.request.id'] });
    const id = line!.doc['http'].request.id as string;
    const day = { from: '2020-05-01T00:00:00Z', to: '2020-05-02T00:00:00Z' };
    for (const where of [WHOLE, day, { ...day, at: '2020-05-01T02:00:00Z' }]) {
      await rota.open('requests', { ...where, request: id });
      await expect(rota.page.getByTestId(SUBJECTS.trace)).toContainText(id);
    }
    await expect(rota.page.getByTestId(SUBJECTS.trace)).toContainText('is not in the range of the page');
    await rota.page.getByRole('button', { name: 'Show what was around it' }).click();
    await expect(rota.page.getByTestId(SUBJECTS.openRequest).first()).toBeVisible();
    await expect(rota.page.getByTestId(SUBJECTS.trace)).not.toContainText('is not in the range of the page');
  });

  test('the copied link freezes relative times', async ({ rota }) => {
    await rota.page.addInitScript(() => {
      document.addEventListener('copy', () => {
        Object.assign(globalThis, { copied: getSelection()?.toString() });
      });
    });
    await rota.open('requests', { from: 'now-30m', to: 'now', refresh: '60000', kql: 'url.path : "/"', live: '1' });
    await rota.page.getByTestId(SUBJECTS.copyLink).click();
    const copied = () => rota.page.evaluate(() => (globalThis as { copied?: string }).copied ?? '');
    await expect.poll(copied).toContain('/app/rota/requests?');
    const { searchParams } = new URL(await copied());
    expect([...searchParams.keys()].sort()).toEqual(['from', 'kql', 'to']);
    const [from, to] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name)!));
    expect(to! - from!).toBe(1_800_000);
  });

  test('what an address cannot mean is told, with a way out', async ({ rota }) => {
    const filters = JSON.stringify(Array.from({ length: 60 }, () => ({ field: 'host.name', op: 'exists' })));
    await rota.open('requests', { from: '9999-01-01T00:00:00Z', to: '9999-02-01T00:00:00Z', filters });
    const faults = rota.page.getByTestId(SUBJECTS.addressFaults);
    await expect(faults).toContainText('Rota shows times from 1900 up to 2200');
    await expect(faults).toContainText('60 filters; Rota takes 50');
    await faults.getByRole('button').click();
    await expect(faults).toHaveCount(0);
    await rota.open('health', { event: 'no-such-event' });
    await expect(rota.page.getByText('The event that the address names is not in this range.')).toBeVisible();
  });

  test('a live tail does not follow a range that is over', async ({ rota }) => {
    await rota.loaded('requests', { live: '1' });
    await expect(rota.page.getByTestId(SUBJECTS.live)).not.toBeChecked();
    await expect(rota.page.getByTestId(SUBJECTS.liveRefused)).toContainText('The range ended');
    await rota.page.getByTestId(SUBJECTS.liveRefused).getByRole('button').click();
    await expect.poll(() => [rota.param('from'), rota.param('live')]).toEqual(['now-15m', '1']);
    await expect(rota.page.getByText(/The live tail left the range that ended/)).toBeVisible();
    await expect(rota.page.getByTestId(SUBJECTS.live)).toBeChecked();
    await rota.page.goBack();
    await expect.poll(() => rota.param('from')).toBe(at(0));
    expect(rota.param('to')).toBe(atMs(30 * 60_000));
  });
});
