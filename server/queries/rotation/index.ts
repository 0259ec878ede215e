import type { RotationData, RotationRequest } from '../../../common/api';
import { UNKNOWN_POOLS } from '../../../common/model/pool_state';
import type { Context } from '../../context';
import { bucketOf, numberOf } from '../../search/buckets';
import { onlyIf, type SearchAnswer } from '../../search/msearch';
import { timelineOf, windowOf } from '../../search/timeline';
import { type Landscape, loadLandscape } from '../landscape';
import { overviewOf } from './overview';
import {
  type Asking,
  balancerSearch,
  frontendSearch,
  lastRequestSearch,
  probeCountSearch,
  webappSearch,
} from './searches';
import { lensOf, turnSearches, turnsOf } from './turns';

/** `POST rotation`: one `_msearch` (and the landscape's, twice a minute). */
export async function answerRotation(query: RotationRequest, context: Context): Promise<RotationData> {
  const { namespace } = context.settings;
  const landscape = await loadLandscape(context, Date.parse(query.from), Date.parse(query.to));
  const timeline = timelineOf(query.from, query.to, query.buckets, seriesCount(landscape));
  const asking: Asking = { query, landscape, kql: context.kqlToQuery(query.kql), timeline, namespace };
  const lens = lensOf(query, context.now);
  const wants = (part: 'overview' | 'turns') => query.parts.includes(part);
  const answers = await context.askAll({
    last: lastRequestSearch(asking),
    ...onlyIf(wants('overview'), overviewSearches(asking)),
    ...onlyIf(wants('turns'), turnSearches(query, lens, landscape, asking.kql, namespace)),
  });
  const pools = UNKNOWN_POOLS;
  const overview = wants('overview')
    ? overviewOf({
        answers,
        landscape,
        timeline,
        pools,
        annotations: [],
        settings: context.settings,
        now: context.now,
        gap: { failed: 0, host: null },
        probeIntervalS: null,
      })
    : null;
  const turns = wants('turns') ? turnsOf(answers, lens, landscape, pools) : null;
  const served = (overview?.figures.requests ?? turns?.requests ?? 0) > 0;
  return {
    state: served ? 'ok' : emptyState(answers.last),
    last_request_at: numberOf(answers.last.aggregations, 'newest'),
    window: windowOf(timeline, context.now, context.settings.in_flight_s * 1000),
    overview,
    turns,
  };
}

function overviewSearches(asking: Asking) {
  return {
    balancer: balancerSearch(asking),
    frontend: frontendSearch(asking),
    webapp: webappSearch(asking),
    probes: probeCountSearch(asking),
  };
}

/** Lines a chart may have: hosts of each tier, and each frontend's webapps. */
export function seriesCount({ balancers, frontends, upstreams, webapps }: Landscape): number {
  return balancers.length + frontends.length + upstreams.length + webapps.length + 1;
}

/** Why there is nothing to show: the filters, the range, or nothing ever came. */
export function emptyState(last: SearchAnswer): RotationData['state'] {
  if (numberOf(last.aggregations, 'newest') === null) return 'never_any_data';
  return bucketOf(last.aggregations, 'in_range').doc_count > 0 ? 'no_match' : 'no_data_in_range';
}
