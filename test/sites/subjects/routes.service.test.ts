import type { Client } from '@elastic/elasticsearch';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load, startNode } from '../../integration/queries/node';
import { drawnSite } from '../description/draw';
import { type Document, Documents } from '../lines/documents';
import { memorySearch } from '../search/memory_search';
import { simulate } from '../simulator/simulate';
import type { Truth } from '../truth/truth';
import { answersOf, askRoutes } from './routes';

/** As many as a minute allows: loading and asking one takes a second or two. */
const SITES = Number(process.env['ROTA_SITES_STORED'] ?? 30);
const SEED = 181;
const NAMESPACE = `sites.${process.pid}`;
const documents = new Documents(NAMESPACE);

let client: Client;
let stop: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  const node = await startNode();
  client = node.client;
  stop = node.stop;
  // Puts the template, so that streams get Rota's mapping.
  await load(client, NAMESPACE, []);
}, 600_000);
afterAll(() => stop());

/** Drawn sites go through a real Elasticsearch, one after the other, and each is taken out again. */
describe('the routes at drawn sites', () => {
  it('answer by a real Elasticsearch what they answer by the search in memory', async () => {
    for (const [i, site] of fc.sample(drawnSite(), { seed: SEED, numRuns: SITES }).entries()) {
      const { truth, lines } = simulate(site);
      const own = [...documents.visible(lines, truth.askedAt)];
      const real = await loaded(own, () => asked(truth, client));
      const inMemory = await asked(truth, memorySearch(own, NAMESPACE));
      expect(real, `site ${i} of seed ${SEED}: ${JSON.stringify(site)}`).toEqual(inMemory);
    }
  }, 3_600_000);
});

async function asked(truth: Truth, search: Parameters<typeof askRoutes>[0]) {
  const { rotation, health, delivery } = await askRoutes(search, NAMESPACE, truth);
  return { answers: answersOf({ rotation, health, delivery, reasons: [] }), rotation: rotation.overview?.figures };
}

/** Documents go by their backing index, which the answer to their creation names. */
async function loaded<T>(own: readonly Document[], ask: () => Promise<T>): Promise<T> {
  const created = own.flatMap(({ dataset, id, doc }) => [
    { create: { _index: `logs-${dataset}-${NAMESPACE}`, _id: id } },
    doc,
  ]);
  const { items, errors } = await client.bulk({ operations: created, refresh: true });
  if (errors) throw new Error(`not created: ${JSON.stringify(items.find((item) => item.create?.error))}`);
  try {
    return await ask();
  } finally {
    const gone = items.map(({ create }) => ({ delete: { _index: create!._index, _id: create!._id! } }));
    const answer = await client.bulk({ operations: gone, refresh: true });
    const left = answer.items.find((item) => item.delete?.result !== 'deleted');
    if (left) throw new Error(`not deleted: ${JSON.stringify(left)}`);
  }
}
