import type { RequestsData, RequestsRequest } from '../../../common/api';
import { FIELDS } from '../../../common/ecs';
import type { Context } from '../../context';
import type { Dsl } from '../../host';
import { numberOf } from '../../search/buckets';
import { type NamedSearch, onlyIf } from '../../search/msearch';
import { timelineOf, windowOf } from '../../search/timeline';
import { loadLandscape } from '../landscape';
import { emptyState } from '../rotation';
import { lastRequestSearch } from '../rotation/searches';
import { matchingRequests } from './matching';
import { rowsOf, rowsSearch } from './rows';
import { summaryOf, summarySearches } from './summary';

/** `POST requests`: one `_msearch`; with KQL or filters one search before it, for the inner hops that match. */
export async function answerRequests(query: RequestsRequest, context: Context): Promise<RequestsData> {
  const { settings, now } = context;
  const landscape = await loadLandscape(context, Date.parse(query.from), Date.parse(query.to));
  const timeline = timelineOf(query.from, query.to, query.buckets, 10);
  const matching = await matchingRequests(query, landscape, context, query.include_probes, {
    newest: query.live_after !== undefined,
  });
  const wants = (part: 'summary' | 'rows') => query.parts.includes(part);
  const answers = await context.askAll({
    last: lastSearch(query, settings.namespace),
    ...onlyIf(wants('summary'), summarySearches(matching, query, timeline)),
    ...onlyIf(wants('rows'), { rows: rowsSearch(matching, query) }),
  });
  const summary = wants('summary') ? summaryOf(answers, matching, query, timeline) : null;
  const liveFrom = numberOf(answers.last.aggregations, 'ingested') ?? now;
  const rows = wants('rows') ? rowsOf(answers.rows, query, landscape, liveFrom) : null;
  const found = (summary?.matching ?? rows?.rows.length ?? 0) > 0;
  return {
    state: found ? 'ok' : emptyState(answers.last),
    last_request_at: numberOf(answers.last.aggregations, 'newest'),
    window: windowOf(timeline, now, settings.in_flight_s * 1000),
    summary,
    rows,
  };
}

/** Also when the last line was ingested, by the indexer's clock: a live tail of an empty list begins there. */
function lastSearch(query: RequestsRequest, namespace: string): NamedSearch {
  const { index, body } = lastRequestSearch({ query, namespace });
  const aggs = { ...(body['aggs'] as Dsl), ingested: { max: { field: FIELDS.ingested } } };
  return { index, body: { ...body, aggs } };
}
