import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API } from '../common/api';
import { type DevHost, startDevHost } from './host';
import { createApi } from './server/api';

/** A promise that is opened from outside. */
function gate() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((open) => {
    resolve = open;
  });
  return { promise, resolve };
}

/** No Elasticsearch stands behind it here: port 9 answers nobody. */
describe('the development host', () => {
  let host: DevHost;

  beforeAll(async () => {
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    host = await startDevHost({ port: 0, elasticsearchUrl: 'http://127.0.0.1:9', logger });
  });

  afterAll(() => host.close());

  const ask = (
    headers: Record<string, string>,
    body: unknown = { from: '2026-01-19T09:00:00Z', to: '2026-01-19T09:30:00Z' },
  ) => fetch(`${host.url}${API.rotation.path}`, { method: 'POST', headers, body: JSON.stringify(body) });

  it('serves the app under Kibana’s own content security policy', async () => {
    const page = await fetch(`${host.url}/app/rota/health`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'report-sample' 'self'");
    expect(await page.text()).not.toMatch(/<script>/);
  });

  it('serves every file that the page names', async () => {
    const html = await (await fetch(`${host.url}/app/rota`)).text();
    const names = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    expect(names.length).toBeGreaterThanOrEqual(3);
    const folder = /data-assets="([^"]+)"/.exec(html)?.[1];
    for (const path of [...names, `${folder}/rota.plugin.js`]) {
      const { status, headers } = await fetch(host.url + path);
      expect([path, status]).toEqual([path, 200]);
      expect(headers.get('content-type')).toMatch(/javascript|css/);
      expect(headers.get('cache-control')).toContain('immutable');
    }
    expect((await fetch(`${host.url}/assets/another-build/host.js`)).status).toBe(404);
  });

  it('refuses a request that another site could forge, as Kibana does', async () => {
    expect((await ask({})).status).toBe(400);
  });

  it('lets go of Elasticsearch when the browser leaves', async () => {
    // A stand-in for an Elasticsearch that takes long: it never answers, and tells when it is left alone.
    const waiting = gate();
    const left = gate();
    const slow = createServer((request) => {
      request.resume();
      request.socket.once('close', left.resolve);
      waiting.resolve();
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const elasticsearchUrl = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const api = createApi({ elasticsearchUrl, settings: {}, logger });
    const front = createServer((request, response) => void api.handle(request, response));
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    try {
      const browser = new AbortController();
      const asked = fetch(`http://127.0.0.1:${(front.address() as AddressInfo).port}${API.rotation.path}`, {
        method: 'POST',
        headers: { 'kbn-xsrf': 'x' },
        body: JSON.stringify({ from: '2026-01-19T09:00:00Z', to: '2026-01-19T09:30:00Z' }),
        signal: browser.signal,
      }).catch((error: Error) => error.name);
      await waiting.promise;
      browser.abort();
      expect(await asked).toBe('AbortError');
      await left.promise;
    } finally {
      front.closeAllConnections();
      slow.closeAllConnections();
      await Promise.all([front, slow].map((server) => new Promise((resolve) => server.close(resolve))));
      await api.close();
    }
  });

  it('answers a bad question and a missing Elasticsearch by code and sentence', async () => {
    const bad = await ask({ 'kbn-xsrf': 'x' }, { from: 'yesterday' });
    expect(bad.status).toBe(400);
    expect(await bad.json()).toMatchObject({ code: 'invalid_request' });
    const down = await ask({ 'kbn-xsrf': 'x' });
    expect(down.status).toBe(503);
    expect(await down.json()).toMatchObject({ code: 'search_unavailable' });
  });
});
