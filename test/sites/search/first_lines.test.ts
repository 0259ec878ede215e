import { expect, it } from 'vitest';
import { rotaApi } from '../../integration/queries/node';
import type { Document } from '../lines/documents';
import { memorySearch } from './memory_search';

const NAMESPACE = 'first';
// Answers about a range that is over are kept as they are; this one goes on.
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const RANGE = { from: ago(900_000), to: ago(-60_000) };

it('a site’s first lines are counted by who wrote them, though the page was open before they came', async () => {
  const at = ago(3_000);
  const line = {
    dataset: 'nginx.access',
    id: 'one',
    doc: {
      '@timestamp': at,
      event: { id: 'one', dataset: 'nginx.access', created: at, ingested: at },
      host: { name: 'frontend-1' },
      http: { request: { id: 'r1', method: 'GET' }, response: { status_code: 200 } },
      url: { path: '/checkout' },
      rota: { tier: 'frontend', pool: 'webapps', upstream: { address: '10.0.0.2:8000', status_code: 200 } },
    },
  };
  let documents: Document[] = [];
  const client = {
    transport: { request: (params: never) => memorySearch(documents, NAMESPACE).transport.request(params) },
  };
  const api = rotaApi(client as never, NAMESPACE);
  const total = async () =>
    (await api.ask('requests', { ...RANGE, kql: 'url.path : "/checkout"' })).data.summary?.total;
  expect(await total()).toBe(0);
  documents = [line as never];
  expect(await total()).toBe(1);
});
