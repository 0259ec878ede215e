import type { HealthData, HealthRequest } from '../../../common/api';
import type { Context } from '../../context';
import { loadDirectory } from '../../elasticsearch/directory';
import { entrySearches } from '../../elasticsearch/entry';
import { askingOf, gather } from '../../elasticsearch/evidence';
import { lastRequestSearch } from '../../elasticsearch/last_request';
import { examplesSearch, slownessSearches } from '../../elasticsearch/slowness';
import { numberOf } from '../../search/buckets';
import { onlyIf } from '../../search/msearch';
import { timelineOf, windowOf } from '../../search/timeline';
import { seriesCount } from '../../topology/directory';
import { narrowDirectory } from '../../topology/selection';
import { settledUntil } from '../../topology/silence';
import { siteOf } from '../../topology/site';
import { annotationsOf } from '../annotations';
import { emptyState } from '../empty_state';
import { eventsInWords } from '../events_in_words';
import { detailOf, detailSearches, detailTimeline } from './detail';
import { eventLinesSearch } from './event_lines';
import { healthOverview } from './overview';

/** `POST health`: who there is, what they wrote (one `_msearch`), the model of it, and what the page shows of that. */
export async function answerHealth(query: HealthRequest, context: Context): Promise<HealthData> {
  const { settings, now } = context;
  const everyone = await loadDirectory(context, Date.parse(query.from), Date.parse(query.to));
  const directory = narrowDirectory(everyone, query);
  const timeline = timelineOf(query.from, query.to, query.buckets, seriesCount(directory));
  const asking = askingOf(query, directory, timeline, context);
  const wants = (part: HealthRequest['parts'][number]) => query.parts.includes(part);
  const event = wants('event') ? query.event : undefined;
  const fine = event && detailTimeline(event, now);
  const gathered = await gather(asking, context, {
    last: lastRequestSearch(query, settings.namespace),
    ...onlyIf(wants('overview'), {
      ...entrySearches(asking, true),
      ...slownessSearches(asking),
      examples: examplesSearch(asking),
    }),
    ...onlyIf(event !== undefined, {
      ...detailSearches(event ?? NO_EVENT, fine ?? timeline, asking),
      eventLines: eventLinesSearch(event ?? NO_EVENT, fine ?? timeline, directory, settings),
    }),
  });
  const { answers } = gathered;
  const newest = numberOf(answers.last.aggregations, 'newest');
  const stored = numberOf(answers.last.aggregations, 'ingested');
  const settledTo = settledUntil(gathered.evidence, settings, stored, now);
  const site = siteOf(directory, { ...gathered.evidence, newest, settledTo }, settings);
  const overview = wants('overview') ? healthOverview({ site, answers, gathered, timeline, settings, now }) : null;
  const { evidence } = site;
  const wrote = [...evidence.ownFrontends, ...evidence.ownWebapps, ...evidence.balancers].length > 0;
  const served = overview ? overview.figures.requests > 0 : wrote;
  return {
    state: served ? 'ok' : emptyState(answers.last),
    last_request_at: newest,
    window: windowOf(timeline, site.evidence.settledTo),
    annotations: annotationsOf(eventsInWords(site)),
    overview,
    event: event && fine ? detailOf({ asked: event, answers, timeline: fine, site, settings }) : null,
  };
}

const NO_EVENT: NonNullable<HealthRequest['event']> = {
  hosts: ['none'],
  tier: 'webapp',
  since: new Date(0).toISOString(),
  until: new Date(1).toISOString(),
};
