import { Client } from '@elastic/elasticsearch';
import { morningDocuments } from '../fixtures/morning/recording';
import { FAILED_FRONTEND, MORNING } from '../fixtures/morning/story';

const NAMESPACE = 'rota';
const DOCUMENTS_A_BULK = 4000;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
/** Loading takes this long or less; until then nothing looks at the documents. */
const LOADING_MS = 45_000;
/** The part of the story that tells of the failed frontend and what happened before. */
const UNTIL = MORNING.start + FAILED_FRONTEND.to + 2 * 60_000;

/**
 * Loads the morning as if its frontend failed right now: it leaves the pool about when this is done, and comes back two
 * and a half minutes later. Lines of times to come are there at once; the plugin asks for none after now.
 * `beforeMs`: how much of what was before is wanted.
 * @returns the moment of the frontend's first failure, in ms since 1970
 */
export async function loadMorningNow(
  elasticsearchUrl: string,
  { headers = {}, beforeMs = FAILED_FRONTEND.from }: { headers?: Record<string, string>; beforeMs?: number } = {},
): Promise<number> {
  const client = new Client({ node: elasticsearchUrl, headers });
  const failed = Date.now() + LOADING_MS;
  const shift = failed - (MORNING.start + FAILED_FRONTEND.from);
  let operations: object[] = [];
  const flush = async () => {
    if (operations.length === 0) return;
    const { items } = await client.bulk({ operations });
    operations = [];
    const refused = items.find(({ create }) => create?.error);
    if (refused) throw new Error(`Elasticsearch refused a document: ${JSON.stringify(refused)}`);
  };
  try {
    for await (const { dataset, id, doc } of morningDocuments()) {
      const t = Date.parse(String(doc['@timestamp']));
      if (t < MORNING.start + FAILED_FRONTEND.from - beforeMs || t > UNTIL) continue;
      const action = { create: { _index: `logs-${dataset}-${NAMESPACE}`, _id: `now-${id}` } };
      operations.push(action, shifted(doc, shift) as object);
      if (operations.length >= 2 * DOCUMENTS_A_BULK) await flush();
    }
    await flush();
    await client.indices.refresh({ index: `logs-*-${NAMESPACE}` });
    return failed;
  } finally {
    await client.close();
  }
}

/** Every moment inside a document, moved. */
function shifted(value: unknown, ms: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shifted(item, ms));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shifted(inner, ms)]));
  }
  if (typeof value !== 'string' || !ISO.test(value) || Number.isNaN(Date.parse(value))) return value;
  return new Date(Date.parse(value) + ms).toISOString();
}
