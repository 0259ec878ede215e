import type { Context } from '../context';
import { type Directory, directoryOf } from '../topology/directory';
import type { Inventory } from '../topology/evidence';
import type { Span } from '../topology/spans';
import { inventorySearches, LOOK_BACK_MS, readInventory } from './inventory';
import { okStatuses } from './ok_statuses';
import { readSamples, readShared, sampleSearches, sharedSearch } from './shared_ids';

/** Bounds are rounded to this, and an answer is kept so long. */
const STEP_MS = 30_000;

/** Who there is around a range: one `_msearch`, two more where ids must tell who is who; kept for half a minute. */
export async function loadDirectory(context: Context, from: number, to: number): Promise<Directory> {
  const [start, end] = [Math.floor(from / STEP_MS) * STEP_MS, Math.floor(to / STEP_MS) * STEP_MS + STEP_MS];
  const key = context.principal === null ? null : JSON.stringify(['directory', context.principal, start, end]);
  const kept = key === null ? undefined : context.cache.get<Directory>(key);
  if (kept) return kept;
  const { namespace, monitor } = context.settings;
  const before = context.reasons.length;
  const answers = await context.askAll(inventorySearches(start, end, namespace, okStatuses(monitor.ok_status)));
  const found = await withSharedIds(readInventory(answers), context, { from: start - LOOK_BACK_MS, to: end });
  for (const { sentence } of found.inventory.cuts) context.reasons.push({ code: 'limit_reached', message: sentence });
  // Where nobody was yet, the first lines of a site must not wait for half a minute until it is known whose they are.
  if (key !== null && context.reasons.length === before && knowsSomebody(found)) context.cache.set(key, found, STEP_MS);
  return found;
}

function knowsSomebody({ servers, upstreams, inventory }: Directory): boolean {
  return servers.length + upstreams.length + inventory.writers.length > 0;
}

async function withSharedIds(inventory: Inventory, context: Context, range: Span): Promise<Directory> {
  const { namespace, hosts } = context.settings;
  const plain = directoryOf(inventory, hosts);
  // An address that one host says to listen at needs no further proof; names and own machines do.
  const unsure = plain.upstreams.filter(
    ({ owners }) => owners.joins.length === 0 || owners.joins.some(({ certainty }) => certainty === 'assumed'),
  );
  if (inventory.writers.length === 0 || (plain.servers.length === 0 && unsure.length === 0)) return plain;
  const samples = readSamples(await context.askAll(sampleSearches(plain.servers, unsure, range, namespace)));
  const search = sharedSearch(samples, namespace);
  if (search === null) return plain;
  const { shared } = await context.askAll({ shared: search });
  return directoryOf({ ...inventory, shared: readShared(samples, shared) }, hosts);
}

/** For questions that need nobody's addresses and pools. */
export const NOBODY: Directory = directoryOf(
  { servers: [], upstreams: [], writers: [], shared: [], monitors: [], services: [], environments: [], cuts: [] },
  {},
);
