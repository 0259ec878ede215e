import type { Client } from '@elastic/elasticsearch';
import type { Doc } from '../../integration/queries/documents';
import { load } from '../../integration/queries/node';

const BATCH_CHARS = 8_000_000;

/** Loads documents of any size: batches are cut by how long they are. */
export async function loadLong(client: Client, namespace: string, docs: Iterable<Doc>): Promise<number> {
  let [count, chars] = [0, 0];
  let batch: Doc[] = [];
  for (const doc of docs) {
    batch.push(doc);
    chars += JSON.stringify(doc.body).length;
    if (chars < BATCH_CHARS && batch.length < 4000) continue;
    count += await load(client, namespace, batch);
    [batch, chars] = [[], 0];
  }
  return count + (await load(client, namespace, batch));
}
