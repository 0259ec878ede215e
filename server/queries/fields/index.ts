import type { FieldsData, FieldsRequest } from '../../../common/api';
import type { Context } from '../../context';
import { ApiError } from '../../errors';
import { type Landscape, loadLandscape } from '../landscape';
import { matchingRequests, webappLines } from '../requests/matching';
import { compare } from '../rotation/shares';
import { listFields } from './list';
import { setupOf, setupSearches } from './setup';
import { topValues } from './values';

/** `POST fields`: selectors, the first-run page, the field list, and one field's top values. */
export async function answerFields(query: FieldsRequest, context: Context): Promise<FieldsData> {
  const wants = (part: FieldsRequest['parts'][number]) => query.parts.includes(part);
  const landscape = await loadLandscape(context, Date.parse(query.from), Date.parse(query.to));
  const asksFields = wants('list') || wants('values');
  const doors = asksFields ? await doorsOf(query, landscape, context) : [];
  if (wants('values') && query.field === undefined) {
    throw new ApiError('invalid_request', 'field: is needed with the part "values".');
  }
  return {
    selectors: wants('selectors') ? selectorsOf(landscape) : null,
    setup: wants('setup')
      ? await setupOf(await context.askAll(setupSearches(context.settings.namespace)), context)
      : null,
    list: wants('list') ? await listFields(doors, context) : null,
    values: wants('values') && query.field ? await topValues(query.field, query, doors, context) : null,
  };
}

/** The lines that stand for requests, and the webapps' where those are others. */
async function doorsOf(query: FieldsRequest, landscape: Landscape, context: Context) {
  const matching = await matchingRequests(query, landscape, context, false);
  return matching.door.tier === 'webapp' ? [matching] : [matching, webappLines(query, landscape, context)];
}

function selectorsOf({
  services,
  environments,
  balancers,
  upstreams,
  frontends,
  webapps,
  book,
}: Landscape): NonNullable<FieldsData['selectors']> {
  const pools = new Map<string, number>();
  for (const { pool, requests } of [...balancers, ...upstreams]) {
    if (pool !== null) pools.set(pool, (pools.get(pool) ?? 0) + requests);
  }
  const turns = new Map<string, number>(webapps.map(({ host }) => [host, 0]));
  for (const { address, requests } of upstreams)
    turns.set(book.name(address), (turns.get(book.name(address)) ?? 0) + requests);
  return {
    services,
    environments,
    pools: [...pools].map(([value, requests]) => ({ value, requests })).sort((a, b) => compare(a.value, b.value)),
    hosts: [
      ...frontends.map(({ host, requests }) => ({ host, tier: 'frontend', requests })),
      ...[...turns].map(([host, requests]) => ({ host, tier: 'webapp', requests })),
    ].sort((a, b) => compare(a.tier, b.tier) || compare(a.host, b.host)),
  };
}
