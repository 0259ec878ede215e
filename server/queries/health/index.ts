import type { HealthData, HealthRequest } from '../../../common/api';
import type { Context } from '../../context';
import { bucketsOf, numberOf } from '../../search/buckets';
import { NO_ANSWER, onlyIf } from '../../search/msearch';
import { timelineOf, windowOf } from '../../search/timeline';
import { assess } from '../assess';
import { loadLandscape } from '../landscape';
import { narrowLandscape } from '../landscape_scope';
import { poolSearches } from '../pools/searches';
import { emptyState, seriesCount, trafficSearches } from '../rotation';
import { type Asking, lastRequestSearch } from '../rotation/searches';
import { frontendTier, webappTier } from '../rotation/traffic';
import { detailOf, detailSearch, detailTimeline } from './detail';
import { eventLinesSearch } from './event_lines';
import { doorOf, healthOverview } from './overview';
import { doorSearches, examplesSearch, latencySearch, upstreamLatencySearch } from './searches';

/** `POST health`: one `_msearch` (and the landscape's, twice a minute). */
export async function answerHealth(query: HealthRequest, context: Context): Promise<HealthData> {
  const { settings, now } = context;
  const everyone = await loadLandscape(context, Date.parse(query.from), Date.parse(query.to));
  const landscape = narrowLandscape(everyone, query);
  const timeline = timelineOf(query.from, query.to, query.buckets, seriesCount(landscape));
  const asking: Asking = {
    query: { ...query, parts: ['overview'] },
    landscape,
    kql: context.kqlToQuery(query.kql),
    timeline,
    namespace: settings.namespace,
  };
  const wants = (part: HealthRequest['parts'][number]) => query.parts.includes(part);
  const event = wants('event') ? query.event : undefined;
  const fine = event && detailTimeline(event, now);
  const answers = await context.askAll({
    last: lastRequestSearch(asking),
    ...trafficSearches(asking),
    ...poolSearches(timeline, settings),
    ...onlyIf(wants('overview'), {
      ...doorSearches(asking),
      latency: latencySearch(asking),
      upstreamLatency: upstreamLatencySearch(asking),
      examples: examplesSearch(asking),
    }),
    detail: event && fine ? detailSearch(event, fine, landscape, settings) : null,
    eventLines: event && fine ? eventLinesSearch(event, fine, landscape, settings) : null,
  });
  const frontend = frontendTier(answers.balancer, answers.frontend, landscape, timeline);
  const webapp = webappTier(answers.frontend, answers.webapp, landscape, timeline);
  const balancerSpeaks = answers.balancer.total > 0;
  const assessment = assess({ answers, frontend, webapp, landscape, timeline, settings, now, balancerSpeaks });
  const balancers = bucketsOf(answers.balancer.aggregations, 'lbs').map(({ key }) => String(key));
  const overview = wants('overview')
    ? healthOverview({ answers, assessment, landscape, timeline, settings, now, balancers })
    : null;
  const served = wants('overview') ? doorOf(answers).total > 0 : answers.frontend.total > 0 || answers.webapp.total > 0;
  return {
    state: served ? 'ok' : emptyState(answers.last),
    last_request_at: numberOf(answers.last.aggregations, 'newest'),
    window: windowOf(timeline, now, settings.in_flight_s * 1000),
    annotations: assessment.annotations,
    overview,
    event:
      event && fine
        ? detailOf({
            asked: event,
            answer: answers.detail ?? NO_ANSWER,
            lines: answers.eventLines ?? NO_ANSWER,
            timeline: fine,
            assessment,
            landscape,
          })
        : null,
  };
}
