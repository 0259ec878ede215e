import type { Settings } from '../settings';
import type { HostRow } from './bursts';
import { joinCells } from './cells';
import { deploysOf } from './deploys';
import type { Directory } from './directory';
import { type Doubts, doubtsOf } from './doubts';
import { type Dues, duesOf } from './due';
import { eventsOf } from './events';
import type { Cell, Evidence, PlaceTier } from './evidence';
import { groupBy } from './groups';
import { type Entry, entryOf, Ledger, unservedKey } from './hurt';
import { type Membership, membershipOf } from './membership';
import { ofHost } from './of_host';
import { BEFORE_SERVER, frontendTier, isUnserved, type Place, type Tier, webappTier } from './places';
import { allSilentSince, quietSpans, type Silence, signsOf, silencesOf } from './silence';
import type { SiteEvent } from './site_event';
import { lengthOf, type Span, subtract } from './spans';
import { type States, statesOf } from './states';

/** The site over a window, as far as its lines tell: who stood in which pool, who fell, what was due, whom it hurt. */
export interface Site {
  directory: Directory;
  evidence: Evidence;
  frontends: Tier;
  webapps: Tier;
  states: States;
  memberships: Map<string, Membership>;
  /** Of all turns, whatever a page searches for. */
  dues: Dues[];
  rows: HostRow[];
  /** Why counts may lack something. */
  doubts: Doubts;
  silences: Silence[];
  events: SiteEvent[];
  /** Whose lines tell what users got. */
  entry: Entry;
  /** Users' 5XX that no event explains. */
  unexplained: number;
}

/** Pure: the same evidence gives the same site. */
export function siteOf(directory: Directory, evidence: Evidence, settings: Settings): Site {
  const frontends = frontendTier(directory, evidence);
  const webapps = webappTier(directory, evidence);
  const places = [...frontends.places, ...webapps.places];
  const entry = entryOf(frontends, evidence);
  const first = hostRows(frontends.places, 'frontend');
  const rows = [
    ...(entry === 'frontends' ? withReplaced(first, frontends, evidence) : first),
    ...hostRows(webapps.places, 'webapp'),
  ];
  const dead = remembered((host, minMs) => deadSpans(host, minMs, rows, frontends, evidence));
  const states = statesOf({ evidence, directory, frontends, webapps, settings, dead });
  const memberships = membershipOf(places, states, evidence);
  const dues = duesOf(places, memberships, states, evidence, settings);
  const doubts = doubtsOf({ evidence, frontends, webapps, directory });
  const silences = silencesOf({ evidence, frontends, webapps, states, settings, doubts });
  const ledger = ledgerOf(entry, frontends, evidence, rows);
  const events = eventsOf({
    evidence,
    places,
    rows,
    states,
    silences,
    allSilent: allSilentSince({ evidence, settings }),
    skews: evidence.skews.filter(({ from, to }) => from < evidence.window.to && to > evidence.window.from),
    deploys: deploysOf(evidence.versions, evidence.grid.interval),
    ledger,
    settings,
  });
  return {
    directory,
    evidence,
    frontends,
    webapps,
    states,
    memberships,
    dues,
    rows,
    doubts,
    silences,
    events,
    entry,
    unexplained: ledger.total,
  };
}

export function placesOf({ frontends, webapps }: Pick<Site, 'frontends' | 'webapps'>): Place[] {
  return [...frontends.places, ...webapps.places];
}

/** Places of one host are one row. */
export function hostRows(places: readonly Place[], tier: PlaceTier): HostRow[] {
  return [...groupBy(places, ({ host }) => host)].map(([host, own]) => ({
    host,
    tier,
    tellers: [...new Set(own.flatMap(({ teller }) => (teller === null ? [] : [teller])))],
    cells: joinCells(own.map(({ turns }) => turns.cells)),
  }));
}

function ledgerOf(entry: Entry, frontends: Tier, evidence: Evidence, rows: readonly HostRow[]): Ledger {
  const named = new Set(frontends.places.filter(({ writes }) => writes).map(({ host }) => host));
  const ledger = new Ledger(evidence.grid, entry === 'balancer' && named.size < frontends.places.length);
  const balancers = new Set(evidence.balancers.map(({ teller }) => teller));
  const failed = (cells: readonly Cell[]) => cells.map(({ t, hurt }) => ({ t, n: hurt }));
  for (const row of rows) {
    const first = entry === 'webapps' ? 'webapp' : 'frontend';
    if (row.tier === first) ledger.add(row.host, failed(row.cells));
    // Webapps that stand in a balancer's pool themselves.
    else if (entry === 'balancer' && row.tellers.some((teller) => balancers.has(teller)))
      ledger.add(row.host, failed(row.cells));
  }
  for (const answer of evidence.answers) {
    if (isUnserved(answer)) ledger.add(unservedKey(answer), answer.cells);
  }
  return ledger;
}

/** 5XX that the balancer gave in the place of a frontend's answer: the frontend's lines do not know of them. */
function withReplaced(rows: readonly HostRow[], frontends: Tier, { answers }: Evidence): HostRow[] {
  const hosts = new Map([...frontends.places].reverse().map(({ name, host }) => [name, host]));
  const byHost = groupBy(
    answers.filter((answer) => !isUnserved(answer) && !BEFORE_SERVER.test(answer.phase)),
    ({ place }) => hosts.get(place) ?? place,
  );
  return rows.map((row) => {
    const own = byHost.get(row.host) ?? [];
    const cells = own.flatMap(({ cells: all }) =>
      all.map(({ t, n, first, last }) => ({
        t,
        n: 0,
        failed: n,
        hurt: n,
        first,
        last,
        firstFailed: first,
        lastFailed: last,
      })),
    );
    return cells.length === 0 ? row : { ...row, cells: joinCells([row.cells, cells]) };
  });
}

type Dead = (host: string, minMs: number) => Span[];

/** Several monitors ask the same host at the same pace. */
function remembered(dead: Dead): Dead {
  const known = new Map<string, Span[]>();
  return (host, minMs) => {
    const key = JSON.stringify([host, minMs]);
    const spans = known.get(key) ?? dead(host, minMs);
    known.set(key, spans);
    return spans;
  };
}

/** Times in which a host wrote nothing and its balancer gave it nothing, while the others of its tier were at work. */
function deadSpans(host: string, minMs: number, rows: readonly HostRow[], frontends: Tier, evidence: Evidence): Span[] {
  if (frontends.source !== 'balancer') return [];
  const window = { from: evidence.window.from, to: Math.max(evidence.window.from, evidence.settledTo) };
  const signs = signsOf(host, ofHost(evidence, host).lives);
  const quiet = quietSpans(signs, window, minMs);
  if (quiet.length === 0) return [];
  const tier = rows.filter((row) => row.tier === 'frontend');
  const own = tier.filter((row) => row.host === host).flatMap(({ cells }) => cells);
  const given = own.filter(({ n, failed }) => n > failed).map(({ first, last }) => ({ from: first, to: last + 1 }));
  const elsewhere = tier
    .filter((row) => row.host !== host)
    .flatMap(({ cells }) => cells.filter(({ n }) => n > 0).map(({ first, last }) => ({ from: first, to: last })));
  const { writers, monitors } = evidence.inventory;
  const begun = Math.min(...[...writers, ...monitors].filter((one) => one.host === host).map(({ first }) => first));
  return (
    quiet
      // Before it first wrote it was not there.
      .filter(({ to }) => to > begun)
      .map((span) => ({ ...span, from: Math.max(span.from, begun) }))
      .filter((span) => quietOf(given, span))
      // However short the steps are in which turns were counted: a pause of the others is one that a probe would have missed.
      .filter((span) => 2 * lengthOf(quietSpans(touching(elsewhere, span), span, minMs)) < span.to - span.from)
  );
}

function touching(spans: readonly Span[], { from, to }: Span): Span[] {
  return spans.filter((span) => span.to >= from && span.from <= to);
}

function quietOf(given: readonly Span[], span: Span): boolean {
  const inner = { from: span.from + 1, to: span.to - 1 };
  return subtract([inner], given).some(({ from, to }) => to - from >= 0.9 * (inner.to - inner.from));
}
