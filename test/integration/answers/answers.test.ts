import type { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode } from '../queries/node';
import { answersOf, readCases } from './case';
import { RIGHT } from './rights';

describe('what the pages answer of sites that are built or behave otherwise', () => {
  const cases = readCases();
  let client: Client;
  let stop: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    ({ client, stop } = await startNode());
  });
  afterAll(() => stop());

  it('are all tried', () => {
    expect(cases.map(({ id }) => id).filter((id) => RIGHT[id] === undefined)).toEqual([]);
  });

  it.each(cases.map((one) => [one.id, one.what, one] as const))('%s: %s', async (id, _, one) => {
    RIGHT[id]!(await answersOf(client, one, id === 'B47' ? textHostNames : undefined));
  });
});

/** The site's own template stood before Rota's: `host.name` is analysed text. */
async function textHostNames(client: Client, namespace: string): Promise<void> {
  const name = { type: 'text' as const, fields: { keyword: { type: 'keyword' as const } } };
  await client.indices.putIndexTemplate({
    name: `own-${namespace}`,
    index_patterns: [`logs-nginx.access-${namespace}`],
    data_stream: {},
    priority: 1000,
    template: { mappings: { properties: { host: { properties: { name } } } } },
  });
}
