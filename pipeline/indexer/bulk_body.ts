import type { Item } from './item';
import type { JsonObject } from './shape/shaped';

/**
 * The body of a `_bulk` of creates: an action line and a document line an item (NDJSON).
 * Sets `event.ingested`, which is when this attempt leaves.
 * @param now ISO 8601
 */
export function bulkBody(items: readonly Item[], now: string): string {
  let body = '';
  for (const item of items) {
    const event = item.doc['event'];
    if (isObject(event)) event['ingested'] = now;
    else item.doc['event'] = { ingested: now };
    body += `{"create":{"_index":"${item.stream}","_id":${JSON.stringify(item.id)}}}\n${JSON.stringify(item.doc)}\n`;
  }
  return body;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
