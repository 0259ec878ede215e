import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Store } from './store';
import { PATIENCE_MS, until } from './world';

/**
 * Waits until every sent event is in the store, then checks that each is there exactly once.
 * @param expected ids, as the sender knows them
 * @returns how long it took from now, ms
 */
export async function expectExactlyOnce(
  store: Store,
  stream: string,
  expected: readonly string[],
  timeoutMs = PATIENCE_MS,
): Promise<number> {
  const wanted = new Set(expected);
  let found: string[] = [];
  const took = await until(`${wanted.size} events in ${stream}`, timeoutMs, async () => {
    found = (await store.ids(stream)).filter((id) => wanted.has(id));
    return new Set(found).size >= wanted.size;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; ${new Set(found).size} of ${wanted.size} are there`);
  });
  // A late double would come now.
  await sleep(500);
  found = (await store.ids(stream)).filter((id) => wanted.has(id));
  expect(found.length, 'every event once, none twice').toBe(wanted.size);
  return took;
}
