import { FAILED_FRONTEND } from '../fixtures/morning/story';
import { expect, type Rota, SUBJECTS, test, WHOLE } from './rota';
import { ALL, BY_USERS, type Doc, FAILED, type Truth } from './truth';

const EVERYWHERE = 'haproxy.log nginx.access rota.access rota.app';

/** A request that was tried twice, as its frontend logged it. */
async function retried(truth: Truth): Promise<Doc> {
  const again = { nested: { path: 'rota.attempts', query: { range: { 'rota.attempts.n': { gte: 2 } } } } };
  const [line] = await truth.documents('nginx.access', { bool: { filter: [BY_USERS, again] } }, { most: 1, span: ALL });
  if (!line) throw new Error('The data set holds no request that was tried twice.');
  return line.doc;
}

/** An application's error line with a stack, of a request that a user sent. */
async function withStack(truth: Truth): Promise<Doc> {
  const query = {
    bool: { filter: [{ exists: { field: 'error.stack_trace' } }, { exists: { field: 'http.request.id' } }] },
  };
  const [line] = await truth.documents('rota.app rota.access', query, { most: 1, span: ALL });
  if (!line) throw new Error('The data set holds no error with a stack.');
  return line.doc;
}

/** nginx's error lines of one request, picked from all that its host wrote on its connection, and marked by their text. */
async function nginxErrors(truth: Truth, access: Doc): Promise<Doc[]> {
  const { connection_id } = access['nginx'].error;
  const mine = [
    { term: { 'host.name': access['host'].name } },
    { term: { 'nginx.error.connection_id': connection_id } },
  ];
  const lines = await truth.documents('nginx.error', { bool: { filter: mine } }, { span: ALL });
  const to = Date.parse(access['@timestamp']);
  const begin = Math.floor((to - access['event'].duration / 1e6) / 1000) * 1000;
  const request = `request: "${access['http'].request.method} ${access['url'].original} `;
  return lines
    .map(({ doc }) => doc)
    .filter((doc) => Date.parse(doc['@timestamp']) >= begin && Date.parse(doc['@timestamp']) <= to)
    .filter((doc) => String(doc['event'].original).includes(request));
}

/** A user's request during which nginx wrote that it could not connect to a webapp. */
async function refused(truth: Truth): Promise<Doc> {
  const failed = { term: { 'event.action': 'upstream_connect_failed' } };
  const errors = await truth.documents('nginx.error', failed, { span: ALL });
  for (const { doc } of errors) {
    const { connection_id } = doc['nginx'].error;
    const same = [
      { term: { 'host.name': doc['host'].name } },
      { term: { 'nginx.error.connection_id': connection_id } },
    ];
    const accesses = await truth.documents('nginx.access', { bool: { filter: [BY_USERS, ...same] } }, { span: ALL });
    for (const access of accesses) if ((await nginxErrors(truth, access.doc)).length > 0) return access.doc;
  }
  throw new Error('The data set holds no request that met a refused connection.');
}

const idOf = (doc: Doc) => String(doc['http'].request.id);

async function openTrace(rota: Rota, id: string) {
  await rota.open('requests', { ...WHOLE, request: id });
  await expect(rota.page.getByTestId(SUBJECTS.waterfall)).toBeVisible();
}

test.describe('Trace', () => {
  test('draws a retried request across balancer, frontend and each attempt', async ({ rota, truth }) => {
    const line = await retried(truth);
    const attempts: { n: number; status_code: number }[] = [line['rota'].attempts].flat();
    await openTrace(rota, idOf(line));
    const hops = rota.page.getByTestId(SUBJECTS.waterfall).getByRole('listitem');
    const words = await hops.allInnerTexts();
    expect(words[0]).toContain('HAProxy');
    expect(words.some((text) => text.includes(String(line['host'].name)) && text.includes('nginx'))).toBe(true);
    for (const { n, status_code } of attempts) {
      const hop = words.find((text) => text.includes(`attempt ${n}`));
      expect(hop).toContain(String(status_code));
    }
    await expect(rota.page.getByTestId(SUBJECTS.trace)).toContainText(attempts.length === 2 ? '1 retry' : 'retries');
  });

  test('shows every raw line of the request, and no other', async ({ rota, truth }) => {
    const line = await retried(truth);
    await openTrace(rota, idOf(line));
    const own = await truth.documents(EVERYWHERE, { term: { 'http.request.id': idOf(line) } }, { span: ALL });
    const raw = rota.page.getByTestId(SUBJECTS.rawLines);
    const hosts = new Set(own.map(({ doc }) => doc['host'].name));
    const errors = (await nginxErrors(truth, line)).length;
    await expect(raw).toContainText(`${own.length + errors} lines of ${hosts.size} hosts, joined by http.request.id`);
    for (const { doc } of own) await expect(raw).toContainText(String(doc['event'].dataset));
    // A line stands as it was written where the pipeline kept it, else as what was made of it.
    const text = await raw.innerText();
    for (const { doc } of own) {
      const sign = doc['event'].original ?? `"id":"${idOf(line)}"`;
      expect(text).toContain(String(sign).slice(0, 40));
    }
  });

  test('shows what nginx itself wrote of a request, with the attempt that failed', async ({ rota, truth }) => {
    const access = await refused(truth);
    const errors = await nginxErrors(truth, access);
    await openTrace(rota, idOf(access));
    const hops = rota.page.getByTestId(SUBJECTS.waterfall).getByRole('listitem');
    const words = await hops.allInnerTexts();
    const at = words.findIndex((text) => text.includes('connect() failed (111'));
    expect(at).toBeGreaterThan(0);
    expect(words[at]).toContain('nginx, same connection');
    expect(words.slice(0, at).some((text) => text.includes('attempt 1'))).toBe(true);
    const raw = rota.page.getByTestId(SUBJECTS.rawLines);
    for (const error of errors) await expect(raw).toContainText(String(error['event'].original));
    await expect(raw).toContainText(`${errors.length} of them by nginx’s connection and time`);
    await expect(raw.getByText('same connection', { exact: true })).toHaveCount(errors.length);
  });

  test('shows the application’s error with its stack, dependencies folded', async ({ rota, truth }) => {
    const line = await withStack(truth);
    await openTrace(rota, idOf(line));
    const error = rota.page.locator('.rotaWaterfall__error').first();
    await expect(error).toContainText(String(line['error'].message));
    const frames = String(line['error'].stack_trace)
      .split('\n')
      .filter((frame) => frame.trim().startsWith('at '));
    const foreign = frames.filter((frame) => /node_modules|node:/.test(frame)).map((frame) => frame.trim());
    const own = frames.map((frame) => frame.trim()).filter((frame) => !foreign.includes(frame));
    await expect(error).toContainText(own[0] ?? frames[0]!.trim());
    if (foreign.length > 0 && own.length > 0) {
      await expect(error).not.toContainText(foreign[0]!);
      await error.getByRole('button').click();
      await expect(error).toContainText(foreign[0]!);
    }
  });

  test('says what a failed request met, and shows its fields', async ({ rota, truth }) => {
    const { from, to } = FAILED_FRONTEND;
    const failed = { bool: { filter: [BY_USERS, FAILED] } };
    const [line] = await truth.documents('nginx.access', failed, { most: 1, span: { from, to } });
    await openTrace(rota, idOf(line!.doc));
    const trace = rota.page.getByTestId(SUBJECTS.trace);
    await expect(trace.locator('.euiCallOut')).toContainText(String(line!.doc['http'].response.status_code));
    await trace.getByRole('tab', { name: /^Fields/ }).click();
    await expect(trace.getByRole('row', { name: /^http\.request\.id / })).toContainText(idOf(line!.doc));
  });

  test('walks to the next request by keyboard, and closes by it', async ({ rota }) => {
    await rota.loaded('requests');
    await rota.page.getByTestId(SUBJECTS.openRequest).first().press('Enter');
    await expect(rota.page.getByTestId(SUBJECTS.waterfall)).toBeVisible();
    await expect.poll(() => rota.param('request')).not.toBeNull();
    const first = rota.param('request');
    await rota.page.keyboard.press('j');
    await expect.poll(() => rota.param('request')).not.toBe(first);
    await rota.page.keyboard.press('k');
    await expect.poll(() => rota.param('request')).toBe(first);
    await rota.page.keyboard.press('Escape');
    await expect(rota.page.getByTestId(SUBJECTS.trace)).toHaveCount(0);
    await expect.poll(() => rota.param('request')).toBeNull();
  });

  test('says so where no line of a request is left', async ({ rota }) => {
    await rota.open('requests', { request: '0'.repeat(32) });
    await expect(rota.page.getByTestId(SUBJECTS.trace)).toContainText('No line of this request was found');
  });
});
