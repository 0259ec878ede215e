import type { RequestsData, RequestsRequest } from '../../../common/api';
import type { Context } from '../../context';
import { loadDirectory } from '../../elasticsearch/directory';
import { lastRequestSearch } from '../../elasticsearch/last_request';
import { numberOf } from '../../search/buckets';
import { onlyIf } from '../../search/msearch';
import { timelineOf, windowOf } from '../../search/timeline';
import { narrowDirectory } from '../../topology/selection';
import { emptyState } from '../empty_state';
import { matchingRequests } from './matching';
import { rowsOf, rowsSearch } from './rows';
import { summaryOf, summarySearches } from './summary';

/** `POST requests`: one `_msearch`; with KQL or filters one search before it, for the inner hops that match. */
export async function answerRequests(query: RequestsRequest, context: Context): Promise<RequestsData> {
  const { settings, now } = context;
  const everyone = await loadDirectory(context, Date.parse(query.from), Date.parse(query.to));
  const directory = narrowDirectory(everyone, query);
  const timeline = timelineOf(query.from, query.to, query.buckets, 10);
  const matching = await matchingRequests(query, directory, context, query.include_probes, {
    newest: query.live_after !== undefined,
  });
  const wants = (part: 'summary' | 'rows') => query.parts.includes(part);
  const answers = await context.askAll({
    last: lastRequestSearch(query, settings.namespace),
    ...onlyIf(wants('summary'), summarySearches(matching, query, timeline)),
    ...onlyIf(wants('rows'), { rows: rowsSearch(matching, query) }),
  });
  const summary = wants('summary') ? summaryOf(answers, matching, query, timeline) : null;
  const liveFrom = numberOf(answers.last.aggregations, 'ingested') ?? now;
  const rows = wants('rows') ? rowsOf(answers.rows, query, directory, liveFrom) : null;
  const found = (summary?.matching ?? rows?.rows.length ?? 0) > 0;
  return {
    state: found ? 'ok' : emptyState(answers.last),
    last_request_at: numberOf(answers.last.aggregations, 'newest'),
    window: windowOf(timeline, now - settings.in_flight_s * 1000),
    summary,
    rows,
  };
}
