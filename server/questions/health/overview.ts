import type { HealthData } from '../../../common/api';
import { type EntryCounts, type EntryName, readEntry } from '../../elasticsearch/entry';
import type { Gathered } from '../../elasticsearch/evidence';
import type { SlownessName } from '../../elasticsearch/slowness';
import type { SearchAnswer } from '../../search/msearch';
import type { Timeline } from '../../search/timeline';
import { eventsInWords } from '../events_in_words';
import { joinsOf, notKnownOf, quietWriters } from '../not_known';
import { errorBudget } from './budget';
import { figuresOf } from './figures';
import { type LanesInput, lanesOf } from './lanes';
import { latencyOf, withTraces } from './latency';
import { routesCut, routesOf } from './routes';
import { tierRules } from './tier_rules';
import { healthVerdict } from './verdict';

type Overview = NonNullable<HealthData['overview']>;

export interface HealthInput extends LanesInput {
  answers: Record<EntryName | SlownessName | 'examples', SearchAnswer>;
  gathered: Gathered;
}

/** Everything of the Health page but the opened event. */
export function healthOverview(input: HealthInput): Overview {
  const { site, answers, timeline, settings, gathered } = input;
  const entry = readEntry(site.entry, answers);
  const events = withTraces(eventsInWords(site), answers.examples, site);
  const hurtIn = (kind: string) =>
    events.filter((event) => event.kind === kind).reduce((sum, { users_hurt }) => sum + users_hurt, 0);
  const budget = errorBudget(settings.objective, entry.total, entry.classes.s5xx, hurtIn('ejected'), hurtIn('outage'));
  const lanes = lanesOf(input);
  const figures = figuresOf({
    site,
    entry,
    lanes,
    events,
    timeline,
    settings,
    now: input.now,
    probeTarget: gathered.probeTarget,
  });
  const series = seriesOf(entry, timeline);
  const notKnown = notKnownOf(site);
  return {
    verdict: healthVerdict({
      events,
      budget,
      serving: figures.serving,
      unseen: figures.hosts_unseen,
      known: figures.hosts_known,
      balancer: site.directory.servers[0]?.seen.teller ?? 'the balancer',
      from: timeline.from,
      to: timeline.to,
    }),
    figures,
    not_known: notKnown,
    joins: joinsOf(site),
    quiet: quietWriters(site),
    tiers: tierRules(site, settings, gathered.probeTarget),
    lanes,
    events,
    budget,
    series,
    peak: peakOf(series),
    classes: entry.classes,
    routes: routesOf(entry.answer),
    routes_cut: routesCut(entry.answer),
    hosts: latencyOf(answers, site),
  };
}

function seriesOf({ steps }: EntryCounts, { times }: Timeline): Overview['series'] {
  const row = (read: (classes: EntryCounts['classes']) => number) =>
    times.map((t) => {
      const classes = steps.get(t);
      return classes ? read(classes) : 0;
    });
  const total = row(({ s2xx, s3xx, s4xx, s5xx, other }) => s2xx + s3xx + s4xx + s5xx + other);
  const s5xx = row((classes) => classes.s5xx);
  return {
    times,
    s2xx: row((classes) => classes.s2xx),
    s3xx: row((classes) => classes.s3xx),
    s4xx: row((classes) => classes.s4xx),
    s5xx,
    other: row((classes) => classes.other),
    failed_share: total.map((n, i) => (n > 0 ? s5xx[i]! / n : null)),
  };
}

function peakOf({ times, failed_share }: Overview['series']): Overview['peak'] {
  let peak: Overview['peak'] = null;
  failed_share.forEach((share, i) => {
    if (share !== null && share > (peak?.failed_share ?? 0)) peak = { t: times[i]!, failed_share: share };
  });
  return peak;
}
