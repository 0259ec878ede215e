import type { RotationData } from '../../../common/api';
import type { EntryName } from '../../elasticsearch/entry';
import { readEntry } from '../../elasticsearch/entry';
import type { Gathered } from '../../elasticsearch/evidence';
import type { SearchAnswer } from '../../search/msearch';
import type { Timeline } from '../../search/timeline';
import type { Settings } from '../../settings';
import { type Dues, duesOf } from '../../topology/due';
import { frontendTier, type Tier, webappTier } from '../../topology/places';
import { placesOf, type Site } from '../../topology/site';
import { annotationsOf } from '../annotations';
import { eventsInWords } from '../events_in_words';
import { joinsOf, notKnownOf } from '../not_known';
import { figuresOf } from './figures';
import { flowOf, tierLabel } from './flow';
import { outSpanOf } from './out_span';
import { seriesOf } from './series';
import { shareOfTier } from './shares';
import { rotationVerdict } from './verdict';

type Overview = NonNullable<RotationData['overview']>;

export interface OverviewInput {
  site: Site;
  gathered: Gathered;
  answers: Record<EntryName, SearchAnswer>;
  timeline: Timeline;
  settings: Settings;
  now: number;
}

/** Everything of the Rotation page but the turns. */
export function overviewOf({ site, gathered, answers, timeline, settings, now }: OverviewInput): Overview {
  const { directory, evidence } = site;
  const { counts } = gathered;
  // The search narrows what is counted, never who stood in a pool.
  const searched = counts !== gathered.evidence;
  const frontends = searched ? frontendTier(directory, counts, evidence) : site.frontends;
  const webapps = searched ? webappTier(directory, counts, evidence) : site.webapps;
  const dues = searched ? duesOfFound(site, [frontends, webapps], settings) : site.dues;
  const tiers = [frontends, webapps].map((tier) => ({
    tier,
    dues: dues.filter(({ place }) => place.tier === tier.tier),
  }));
  const balancers = [...new Set(directory.servers.map(({ seen }) => seen.teller))].sort();
  const shares = tiers
    .map(({ tier, dues: own }) => shareOfTier(tier, own, site, settings, tierLabel(tier, directory)))
    .filter(({ hosts, not_counted }) => hosts.length > 0 || not_counted > 0);
  const entry = readEntry(site.entry, answers);
  const notKnown = notKnownOf(site);
  const figures = figuresOf({ site, entry, shares, dues, probes: evidence.probes, now });
  return {
    verdict: rotationVerdict({
      tiers: shares,
      requests: figures.requests,
      minRequests: settings.judge.min_requests,
      notKnown,
      from: timeline.from,
      to: timeline.to,
    }),
    figures,
    tiers: shares,
    flow: flowOf(frontends, webapps, balancers),
    series: seriesOf(dues, evidence.grid, timeline),
    out_of_pool: site.states.outs.map((out) => outSpanOf(out)),
    annotations: annotationsOf(eventsInWords(site)),
    not_known: notKnown,
    joins: joinsOf(site),
    settings: settings.judge,
  };
}

/** What was due of the turns that match the search, by the very memberships and absences of the whole. */
function duesOfFound(site: Site, found: readonly Tier[], settings: Settings): Dues[] {
  const turns = new Map(found.flatMap(({ places }) => places).map((place) => [place.id, place.turns]));
  const { memberships, states, evidence } = site;
  const places = placesOf(site);
  return duesOf(places, memberships, states, evidence, settings, ({ id }) => turns.get(id)?.cells ?? []).map((due) => ({
    ...due,
    place: { ...due.place, turns: turns.get(due.place.id) ?? { ...due.place.turns, cells: [] } },
  }));
}
