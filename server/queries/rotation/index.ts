import type { RotationData, RotationRequest } from '../../../common/api';
import type { Context } from '../../context';
import { bucketOf, numberOf } from '../../search/buckets';
import { onlyIf, type SearchAnswer } from '../../search/msearch';
import { timelineOf, windowOf } from '../../search/timeline';
import { assess, versionsSearch } from '../assess';
import { type Landscape, loadLandscape } from '../landscape';
import { narrowLandscape } from '../landscape_scope';
import { readPools } from '../pools/read';
import { poolSearches } from '../pools/searches';
import { overviewOf } from './overview';
import {
  type Asking,
  balancerSearch,
  frontendSearch,
  lastRequestSearch,
  probeCountSearch,
  webappSearch,
} from './searches';
import { frontendTier, webappTier } from './traffic';
import { lensOf, turnSearches, turnsOf } from './turns';

/** `POST rotation`: one `_msearch` (and the landscape's, twice a minute). */
export async function answerRotation(query: RotationRequest, context: Context): Promise<RotationData> {
  const { settings, now } = context;
  const everyone = await loadLandscape(context, Date.parse(query.from), Date.parse(query.to));
  const landscape = narrowLandscape(everyone, query);
  const wants = (part: 'overview' | 'turns') => query.parts.includes(part);
  const lens = lensOf(query, now);
  const timeline = wants('overview')
    ? timelineOf(query.from, query.to, query.buckets, seriesCount(landscape))
    : timelineOf(lens.from, lens.to, 60, seriesCount(landscape));
  const asking: Asking = {
    query,
    landscape,
    kql: context.kqlToQuery(query.kql),
    timeline,
    namespace: settings.namespace,
  };
  const answers = await context.askAll({
    last: lastRequestSearch(asking),
    ...onlyIf(wants('overview'), trafficSearches(asking)),
    ...poolSearches(timeline, settings),
    ...onlyIf(wants('turns'), turnSearches(query, lens, landscape, asking.kql, settings.namespace)),
  });
  const frontend = frontendTier(answers.balancer, answers.frontend, landscape, timeline);
  const webapp = webappTier(answers.frontend, answers.webapp, landscape, timeline);
  const balancerSpeaks = answers.balancer.total > 0;
  const assessment = wants('overview')
    ? assess({ answers, frontend, webapp, landscape, timeline, settings, now, balancerSpeaks })
    : null;
  const pools = assessment?.pools ?? readPools({ answers, landscape, timeline, settings, deadSpans: () => [] });
  const overview =
    assessment && overviewOf({ answers, frontend, webapp, landscape, timeline, assessment, settings, now });
  const turns = wants('turns') ? turnsOf(answers, lens, landscape, pools) : null;
  const served = (overview?.figures.requests ?? turns?.requests ?? 0) > 0;
  return {
    state: served ? 'ok' : emptyState(answers.last),
    last_request_at: numberOf(answers.last.aggregations, 'newest'),
    window: windowOf(timeline, now, settings.in_flight_s * 1000),
    overview,
    turns,
  };
}

/** The counts that Rotation and Health share. */
export function trafficSearches(asking: Asking) {
  return {
    balancer: balancerSearch(asking),
    frontend: frontendSearch(asking),
    webapp: webappSearch(asking),
    probeCount: probeCountSearch(asking),
    versions: versionsSearch(asking.timeline, asking.namespace),
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
