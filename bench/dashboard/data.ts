import { Client } from '@elastic/elasticsearch';
import { indexTemplate, templateName } from '../../pipeline/elasticsearch/templates.js';
import { morningDocuments, type StoredDocument } from '../../test/fixtures/morning/recording.js';
import { MORNING } from '../../test/fixtures/morning/story.js';

export const NAMESPACE = 'rota';
const DOCUMENTS_A_BULK = 3000;
const BULKS_AT_ONCE = 2;

export interface LoadedData {
  documents: number;
  /** Milliseconds since 1970. */
  from: number;
  to: number;
}

/** The fixture's half hour, again and again, until at least `wanted` documents are in Elasticsearch. */
export async function loadManyMornings(elasticsearchUrl: string, wanted: number): Promise<LoadedData> {
  const client = new Client({ node: elasticsearchUrl, requestTimeout: 120_000 });
  try {
    await client.transport.request({
      method: 'PUT',
      path: `/_index_template/${templateName(NAMESPACE)}`,
      body: indexTemplate(NAMESPACE, { indexLifecycle: false, dataStreamLifecycle: false }, 30),
    });
    const morning: StoredDocument[] = [];
    for await (const document of morningDocuments()) morning.push(document);
    const copies = Math.ceil(wanted / morning.length);
    for (let copy = 0; copy < copies; copy++) await loadCopy(client, morning, copy);
    await client.indices.refresh({ index: `logs-*-${NAMESPACE}` });
    return { documents: copies * morning.length, from: MORNING.start, to: MORNING.start + copies * MORNING.length };
  } finally {
    await client.close();
  }
}

async function loadCopy(client: Client, morning: readonly StoredDocument[], copy: number): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < morning.length) {
      const part = morning.slice(next, next + DOCUMENTS_A_BULK);
      next += part.length;
      const operations = part.flatMap(({ dataset, id, doc }) => [
        { create: { _index: `logs-${dataset}-${NAMESPACE}`, _id: `${copy}-${id}` } },
        moved(doc, copy),
      ]);
      const { items } = await client.bulk({ operations });
      const refused = items.find((item) => item.create?.error);
      if (refused) throw new Error(`Elasticsearch refused a document: ${JSON.stringify(refused)}`);
    }
  };
  await Promise.all(Array.from({ length: BULKS_AT_ONCE }, worker));
}

/** The document one or more half hours later, of process runs of their own. */
function moved(doc: Record<string, unknown>, copy: number): Record<string, unknown> {
  if (copy === 0) return doc;
  const later = (value: unknown) => new Date(Date.parse(String(value)) + copy * MORNING.length).toISOString();
  const { agent, event } = doc as { agent?: Record<string, unknown>; event?: Record<string, unknown> };
  const times = ['created', 'ingested'].filter((name) => event?.[name] !== undefined);
  return {
    ...doc,
    '@timestamp': later(doc['@timestamp']),
    ...(agent?.['ephemeral_id'] ? { agent: { ...agent, ephemeral_id: `${agent['ephemeral_id']}-${copy}` } } : {}),
    ...(event ? { event: { ...event, ...Object.fromEntries(times.map((name) => [name, later(event[name])])) } } : {}),
  };
}
