import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkout } from '../../stack/layout.js';
import { freeBlock } from '../../stack/ports.js';
import type { ServiceProcess } from '../../stack/services/process.js';
import { djangoWebapp } from '../../stack/services/webapp.js';
import { eventually } from '../support/elasticsearch.js';

let webapp: ServiceProcess;
let folder: string;
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rota-django-'));
  chmodSync(folder, 0o777);
  const port = (await freeBlock()).webapp(1);
  // A copy: the service account need not be able to enter the checkout.
  const project = join(folder, 'app');
  cpSync(join(checkout, 'stack/webapps/django'), project, { recursive: true });
  webapp = djangoWebapp({ name: 'web-7', port, folder, logFolder: folder, project });
  url = `http://127.0.0.1:${port}`;
  await webapp.start();
});
afterAll(async () => {
  await webapp?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const fault = (method: string, body?: object, headers = {}) =>
  fetch(`${url}/__rota/fault`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
const status = async (path: string) => (await fetch(url + path)).status;
const log = (name: string) => readFileSync(join(folder, 'logs', name), 'utf8');
const written = (name: string, words: string) =>
  eventually(
    async () => log(name),
    (text) => text.includes(words),
  );

test('the page names its host and shows a request id without letting it become HTML', async () => {
  const response = await fetch(url, { headers: { 'x-request-id': '<b>7' } });
  const page = await response.text();
  expect(response.headers.get('x-served-by')).toBe('web-7');
  expect(page).toContain('<strong>web-7</strong>');
  expect(page).toContain('request &lt;b&gt;7');
});

test('the rich access line tells request id, time taken, server and service', async () => {
  await fetch(`${url}/slow?ms=20`, { headers: { 'x-request-id': 'turn-1' } });
  const text = await written('gunicorn_access.log', 'turn-1');
  expect(text).toMatch(
    /"GET \/slow\?ms=20 HTTP\/1\.1" 200 \d+ "-" "[^"]*" \d{5,} <\d+> id="turn-1" .* server=127\.0\.0\.1:\d+ service=hello service_version=1\.0\.0 environment=demo\n/,
  );
});

test('a broken view leaves its whole traceback in the error log', async () => {
  expect(await status('/error')).toBe(500);
  const text = await written('gunicorn_error.log', "KeyError: '3'");
  expect(text).toMatch(/\[ERROR\] Internal Server Error: \/error\nTraceback \(most recent call last\):\n {2}File/);
});

test('the fault switch breaks one path or all, ends by itself, and is mended', async () => {
  expect((await fault('PUT', { status: 503, path: '/search' })).status).toBe(200);
  expect([await status('/search'), await status('/')]).toEqual([503, 200]);
  await fault('PUT', { status: 500, for_s: 0.5 });
  expect([await status('/search'), await status('/')]).toEqual([500, 500]);
  expect(
    await eventually(
      () => status('/'),
      (code) => code === 200,
    ),
  ).toBe(200);
  await fault('PUT', { status: 502 });
  expect((await fault('DELETE')).status).toBe(204);
  expect(await status('/')).toBe(200);
});

test('the switch refuses nonsense, what a frontend forwards, and stays out of the access log', async () => {
  const refused = await fault('PUT', { status: 200 });
  expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'ROTA_FAULT_INVALID' }]);
  expect((await fault('PUT', { status: 500 }, { 'x-forwarded-for': '192.0.2.1' })).status).toBe(404);
  expect(await status('/')).toBe(200);
  expect(log('gunicorn_access.log')).not.toContain('__rota');
});
