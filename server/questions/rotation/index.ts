import type { RotationData, RotationRequest } from '../../../common/api';
import type { Context } from '../../context';
import { loadDirectory } from '../../elasticsearch/directory';
import { entrySearches } from '../../elasticsearch/entry';
import { askingOf, gather } from '../../elasticsearch/evidence';
import { lastRequestSearch } from '../../elasticsearch/last_request';
import { numberOf } from '../../search/buckets';
import { onlyIf } from '../../search/msearch';
import { timelineOf, windowOf } from '../../search/timeline';
import { seriesCount } from '../../topology/directory';
import { narrowDirectory } from '../../topology/selection';
import { settledUntil } from '../../topology/silence';
import { siteOf } from '../../topology/site';
import { emptyState } from '../empty_state';
import { overviewOf } from './overview';
import { lensOf, turnSearches, turnsOf } from './turns';

/** `POST rotation`: who there is, what they wrote (one `_msearch`), the model of it, and what the page shows of that. */
export async function answerRotation(query: RotationRequest, context: Context): Promise<RotationData> {
  const { settings, now } = context;
  const everyone = await loadDirectory(context, Date.parse(query.from), Date.parse(query.to));
  const directory = narrowDirectory(everyone, query);
  const wants = (part: 'overview' | 'turns') => query.parts.includes(part);
  const lens = lensOf(query, now);
  const timeline = wants('overview')
    ? timelineOf(query.from, query.to, query.buckets, seriesCount(directory))
    : timelineOf(lens.from, lens.to, 60, seriesCount(directory));
  const asking = askingOf(query, directory, timeline, context);
  const gathered = await gather(asking, context, {
    last: lastRequestSearch(query, settings.namespace),
    ...onlyIf(wants('overview'), entrySearches(asking, false)),
    ...onlyIf(wants('turns'), turnSearches(asking, lens)),
  });
  const { answers } = gathered;
  const newest = numberOf(answers.last.aggregations, 'newest');
  const stored = numberOf(answers.last.aggregations, 'ingested');
  const settledTo = settledUntil(gathered.evidence, settings, stored, now);
  const site = siteOf(directory, { ...gathered.evidence, newest, settledTo }, settings);
  const overview = wants('overview') ? overviewOf({ site, gathered, answers, timeline, settings, now }) : null;
  const turns = wants('turns') ? turnsOf(answers, lens, site) : null;
  const served = (overview?.figures.requests ?? turns?.requests ?? 0) > 0;
  return {
    state: served ? 'ok' : emptyState(answers.last),
    last_request_at: newest,
    window: windowOf(timeline, site.evidence.settledTo),
    overview,
    turns,
  };
}
