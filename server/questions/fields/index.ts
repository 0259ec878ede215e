import type { FieldsData, FieldsRequest } from '../../../common/api';
import type { Context } from '../../context';
import { loadDirectory } from '../../elasticsearch/directory';
import { type Directory, hostsOf } from '../../topology/directory';
import { narrowDirectory } from '../../topology/selection';
import { compare } from '../compare';
import { matchingRequests, webappLines } from '../requests/matching';
import { listFields } from './list';
import { setupOf, setupSearches } from './setup';
import { topValues } from './values';

/** `POST fields`: selectors, the first-run page, the field list, and one field's top values. */
export async function answerFields(query: FieldsRequest, context: Context): Promise<FieldsData> {
  const wants = (part: FieldsRequest['parts'][number]) => query.parts.includes(part);
  const directory = await loadDirectory(context, Date.parse(query.from), Date.parse(query.to));
  const asksFields = wants('list') || wants('values');
  const entries = asksFields ? await entriesOf(query, narrowDirectory(directory, query), context) : [];
  return {
    selectors: wants('selectors') ? selectorsOf(directory) : null,
    setup: wants('setup')
      ? await setupOf(await context.askAll(setupSearches(context.settings.namespace)), context)
      : null,
    list: wants('list') ? await listFields(entries, context) : null,
    values: wants('values') && query.field ? await topValues(query.field, query, entries, context) : null,
  };
}

/** The lines that stand for requests, and the webapps' where those are others. */
async function entriesOf(query: FieldsRequest, directory: Directory, context: Context) {
  const matching = await matchingRequests(query, directory, context, false);
  return matching.entry.tier === 'webapp' ? [matching] : [matching, webappLines(query, directory, context)];
}

function selectorsOf({ inventory, servers, upstreams }: Directory): NonNullable<FieldsData['selectors']> {
  const pools = new Map<string, number>();
  for (const { seen } of [...servers, ...upstreams]) {
    if (seen.pool !== null) pools.set(seen.pool, (pools.get(seen.pool) ?? 0) + seen.n);
  }
  const turns = new Map<string, number>();
  const add = (tier: string, host: string, n: number) => {
    const key = JSON.stringify([tier, host]);
    turns.set(key, (turns.get(key) ?? 0) + n);
  };
  for (const { host, tier, n } of inventory.writers) add(tier, host, tier === 'frontend' ? n : 0);
  for (const entry of upstreams) for (const host of hostsOf(entry)) add('webapp', host, entry.seen.n);
  const hosts = [...turns].map(([key, requests]) => {
    const [tier, host] = JSON.parse(key) as [string, string];
    return { host, tier, requests };
  });
  return {
    services: [...inventory.services],
    environments: [...inventory.environments],
    pools: [...pools].map(([value, requests]) => ({ value, requests })).sort((a, b) => compare(a.value, b.value)),
    hosts: hosts.sort((a, b) => compare(a.tier, b.tier) || compare(a.host, b.host)),
  };
}
