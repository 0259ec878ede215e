import type { Item } from './item';

/**
 * The body of a `_bulk` of creates: an action line and a document line an item (NDJSON).
 * Sets `event.ingested`, which is when this attempt leaves.
 * @param now ISO 8601 in UTC with milliseconds (24 characters)
 */
export function bulkBody(items: readonly Item[], now: string): Buffer {
  for (const { body, ingestedAt } of items) body.write(now, ingestedAt, 24, 'latin1');
  return Buffer.concat(items.map(({ body }) => body));
}
