import type { Lane } from '../../../common/api';
import { duration, plural } from '../../../common/format';
import type { Timeline } from '../../search/timeline';
import { say } from '../../sentences/english';
import type { Settings } from '../../settings';
import { burstsOf, type HostRow } from '../../topology/bursts';
import type { PlaceTier, ProbeSeries } from '../../topology/evidence';
import { groupBy } from '../../topology/groups';
import { ofHost } from '../../topology/of_host';
import type { Place } from '../../topology/places';
import { type Silence, signsOf } from '../../topology/silence';
import { placesOf, type Site } from '../../topology/site';
import { namesOf, placesOf as placesOfHost } from '../../topology/site_event';
import { clip, holdsOf, lengthOf, type Span, subtract, unite } from '../../topology/spans';
import { awayTogether } from '../../topology/states';
import { allSilentOf } from '../all_silent';
import { compare } from '../compare';
import { linesAbout } from '../host_lines';
import { absorb, type Layer, paint } from './paint';
import { type ProbeMark, probeMarksOf } from './probe_marks';

/** Marks that a lane may carry; more are thinned to the failed ones. */
const MAX_MARKS = 2000;

export interface LanesInput {
  site: Site;
  timeline: Timeline;
  settings: Settings;
  now: number;
}

/** A lane for each host that was there: the first tier, then the webapps under who gives them turns. */
export function lanesOf(input: LanesInput): Lane[] {
  const { site } = input;
  const known = knownOf(site);
  const lanes = (['frontend', 'webapp'] as const).flatMap((tier) =>
    hostsOf(site, tier).map((host) => laneOf(host, tier, input, known)),
  );
  const order = (lane: Lane) => (lane.tier === 'frontend' ? 0 : 1);
  return lanes.sort(
    (a, b) => order(a) - order(b) || compare(a.frontend ?? '', b.frontend ?? '') || compare(a.host, b.host),
  );
}

/** What each lane asks for. */
interface Known {
  places: readonly Place[];
  chains: ReadonlyMap<string, Site['states']['chains']>;
  chainsOfPlace: ReadonlyMap<string, Site['states']['chains']>;
  rows: ReadonlyMap<string, HostRow>;
  silences: ReadonlyMap<string, Silence[]>;
  probes: ReadonlyMap<string, ProbeSeries[]>;
}

const keyOf = ({ tier, host }: { tier: PlaceTier; host: string }) => `${tier} ${host}`;

function knownOf(site: Site): Known {
  return {
    places: placesOf(site),
    chains: groupBy(site.states.chains, keyOf),
    chainsOfPlace: groupBy(site.states.chains, ({ place }) => place),
    rows: new Map(site.rows.map((row) => [keyOf(row), row])),
    silences: groupBy(site.silences, keyOf),
    probes: groupBy(site.evidence.probes, ({ host }) => host),
  };
}

function hostsOf(site: Site, tier: PlaceTier): string[] {
  const { memberships, silences, directory, frontends, webapps } = site;
  const there = placesOf(site)
    .filter(
      (place) =>
        place.tier === tier && ((memberships.get(place.id)?.spans.length ?? 0) > 0 || place.turns.cells.length > 0),
    )
    .map(({ host }) => host);
  const fallen = silences.filter((silence) => silence.tier === tier).map(({ host }) => host);
  // Where nobody above names anybody, a writer is known by its own lines alone.
  const { source, places } = tier === 'frontend' ? frontends : webapps;
  const own =
    places.length === 0 && source !== 'balancer' ? directory.inventory.writers.filter((w) => w.tier === tier) : [];
  const alive = own.filter(({ last }) => last >= site.evidence.window.from).map(({ host }) => host);
  return [...new Set([...there, ...fallen, ...alive])];
}

function laneOf(host: string, tier: PlaceTier, input: LanesInput, all: Known): Lane {
  const { site, timeline } = input;
  const window: Span = { from: timeline.from, to: Math.max(timeline.from, Math.min(timeline.to, input.now)) };
  const places = placesOfHost(host, tier, all.places);
  const tellers = [...new Set(places.flatMap(({ teller }) => (teller === null ? [] : [teller])))].sort(compare);
  const away = absencesOf(host, tier, places, tellers, all, window);
  const known = tier === 'frontend' ? site.states.frontendsKnown : site.states.webappsKnown;
  const series = all.probes.get(host) ?? [];
  const marks = probeMarksOf(host, series).filter(({ t }) => t >= window.from && t < window.to);
  const { probes, thinned } = thin(marks, series);
  const row = all.rows.get(keyOf({ tier, host }));
  return {
    host,
    tier,
    frontend: tier === 'webapp' ? (tellers[0] ?? null) : null,
    segments: window.from < window.to ? segmentsOf(host, tier, places, away, input, all, window) : [],
    probes,
    probes_thinned: thinned,
    in_pool_share: known && window.to > window.from ? 1 - lengthOf(away.whole) / (window.to - window.from) : null,
    requests: row ? row.cells.reduce((sum, { n }) => sum + n, 0) : 0,
    kql: linesAbout({ host, tier }, namesOf(host, tier, all.places)),
    places: [...new Set(places.map(({ name }) => name))].sort(compare),
  };
}

function thin(marks: readonly ProbeMark[], all: readonly ProbeSeries[]) {
  const many = marks.length > MAX_MARKS || all.some(({ runs }) => runs.some(({ n, times }) => times.length < n));
  const kept = many ? marks.filter(({ ok }) => !ok).slice(0, MAX_MARKS) : marks;
  return { probes: kept.map(({ t, ok, status }) => ({ t, ok, status })), thinned: many };
}

type Noted = Span & { note: string | null };

interface Absences {
  whole: Noted[];
  partly: Noted[];
  drained: Noted[];
  /** In its pool, but whoever gives it turns got none. */
  above: Span[];
}

/** A host is out while all its places are, in all pools that it stands in; with some of them it is partly out. */
function absencesOf(
  host: string,
  tier: PlaceTier,
  places: readonly Place[],
  tellers: readonly string[],
  all: Known,
  window: Span,
): Absences {
  const own = all.chains.get(keyOf({ tier, host })) ?? [];
  const noted = (kinds: (kind: string) => boolean): Noted[] =>
    clip(
      own.filter(({ kind }) => kinds(kind)),
      window,
    ).map(({ from, to, cause }) => ({ from, to, note: say(cause) }));
  const byHand = (kind: string) => kind === 'drain' || kind === 'maintenance';
  const failed = noted((kind) => !byHand(kind));
  const ofPlace = groupBy(own, ({ place }) => place);
  const outsOf = (place: Place) => clip(ofPlace.get(place.id) ?? [], window);
  const used = places.filter((place) => place.turns.cells.length > 0 || outsOf(place).length > 0);
  const together = used.length > 1 ? awayTogether(used.map(outsOf)) : failed;
  const inside = holdsOf(together);
  const away = used.length > 1 ? together.map(({ from, to }) => ({ from, to, note: noteAt(failed, from) })) : failed;
  const above =
    tier === 'webapp' && tellers.length > 0 ? tellers.map((teller) => outsOfFrontend(teller, all, window)) : [];
  return {
    whole: away,
    partly: used.length > 1 ? [...failed].sort((a, b) => a.from - b.from).filter(({ from }) => !inside(from)) : [],
    drained: noted(byHand),
    above: awayTogether(above),
  };
}

function noteAt(spans: readonly Noted[], t: number): string | null {
  return spans.find(({ from, to }) => from <= t && t < to)?.note ?? null;
}

function outsOfFrontend(host: string, all: Known, window: Span): Span[] {
  const own = placesOfHost(host, 'frontend', all.places);
  const spans = own.map(({ id }) => clip(all.chainsOfPlace.get(id) ?? [], window));
  return awayTogether(
    spans.length > 0 ? spans : [clip(all.chains.get(keyOf({ tier: 'frontend', host })) ?? [], window)],
  );
}

function segmentsOf(
  host: string,
  tier: PlaceTier,
  places: readonly Place[],
  away: Absences,
  { site, settings, timeline }: LanesInput,
  all: Known,
  window: Span,
): Lane['segments'] {
  const { states, memberships, evidence } = site;
  const least = Math.max(settings.silent_after_s * 1000, 2 * timeline.interval);
  const member = places.flatMap(({ id }) => memberships.get(id)?.spans ?? []);
  const lived = signsOf(host, ofHost(evidence, host).lives, tier);
  const silent = all.silences.get(keyOf({ tier, host })) ?? [];
  const seen = closed(
    unite([...member, ...lived.map(({ from, to }) => ({ from, to: to + 1 })), ...silent]),
    least,
    window,
  );
  const unseen = subtract([window], [...seen, ...away.whole, ...away.above, ...away.drained]).filter(
    ({ from, to }) => to - from >= least,
  );
  const row = all.rows.get(keyOf({ tier, host }));
  const rules = { minFailed: settings.burst.min_failed, share: settings.burst.share };
  const failing = states.monitors
    .filter(({ foreign }) => foreign === null)
    .flatMap(({ hosts }) => hosts.get(host)?.failing ?? []);
  const told = places.some(({ teller }) => teller !== null);
  const layers: Layer[] = [
    told
      ? {
          state: 'gone',
          spans: unseen.map((span) => ({ ...span, note: 'Not in its pool: no turn, and no line of its own.' })),
        }
      : { state: 'unknown', spans: unseen.map((span) => ({ ...span, note: 'No line tells what it did.' })) },
    {
      state: 'unknown',
      spans: allSilentOf(site, window.to).map((span) => ({ ...span, note: 'Nothing arrived from anybody.' })),
    },
    {
      state: 'errors',
      spans: (row ? burstsOf(row, rules, evidence.grid) : []).map((b) => ({
        from: b.from,
        to: Math.max(b.to, b.from + 1000),
        note: `Answered 5XX ${plural(b.failed, 'time')} in ${duration(b.to - b.from)}.`,
      })),
    },
    {
      state: 'silent',
      spans: silent.map((silence) => ({
        ...silence,
        note:
          silence.saidBy === null
            ? 'No lines and no probes, while others were served.'
            : `No lines; ${silence.saidBy} gave it ${plural(silence.turns, 'turn')}.`,
      })),
    },
    {
      state: 'probes_failing',
      spans: tier === 'frontend' ? failing.map((span) => ({ ...span, note: 'Probes fail; not out yet.' })) : [],
    },
    {
      state: 'no_turns',
      spans: away.above.map((span) => ({ ...span, note: 'In its pool, but the tier above got no turns.' })),
    },
    {
      state: 'partly_out',
      spans: away.partly.map((span) => ({ ...span, note: `Out of some of its pools. ${span.note ?? ''}`.trim() })),
    },
    { state: 'drained', spans: away.drained },
    { state: 'out', spans: away.whole },
  ];
  return absorb(paint(window, 'serving', layers), 'serving', Math.max(1000, timeline.interval / 10));
}

/** Pauses that are too short to tell anything of are closed, those at the window's ends included. */
function closed(spans: readonly Span[], least: number, window: Span): Span[] {
  const kept: Span[] = [];
  for (const span of spans) {
    const last = kept.at(-1);
    if (last && span.from - last.to < least) last.to = Math.max(last.to, span.to);
    else kept.push({ ...span });
  }
  return clip(kept, window);
}
