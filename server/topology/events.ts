import type { Settings } from '../settings';
import { type Burst, type BurstRules, burstsOf, type HostRow, leadUpTo } from './bursts';
import { joinCells, rowOf } from './cells';
import type { Deploy } from './deploys';
import type { Evidence, PlaceTier, Skew } from './evidence';
import { type Ledger, unservedKey } from './hurt';
import { isUnserved, type Place } from './places';
import type { EvidenceKind, Out, Said } from './said';
import type { Silence } from './silence';
import { intersect, type Span, unite } from './spans';
import type { States } from './states';

export type EventKind =
  | 'outage'
  | 'ejected'
  | 'ejected_passive'
  | 'drained'
  | 'burst'
  | 'silent'
  | 'all_silent'
  | 'clock'
  | 'deploy';

/** Something that happened, by values; sentences are put together last. */
export interface SiteEvent {
  id: string;
  kind: EventKind;
  hosts: string[];
  tier: 'lb' | PlaceTier;
  by: string | null;
  since: number;
  until: number | null;
  cause: Said[];
  hurt: number;
  gapMs: number | null;
  firstFailure: number | null;
  evidence: EvidenceKind;
  /** Names by which the tier above writes of its hosts. */
  names: string[];
}

export interface EventsInput {
  evidence: Evidence;
  places: readonly Place[];
  rows: readonly HostRow[];
  states: States;
  silences: readonly Silence[];
  allSilent: number | null;
  skews: readonly Skew[];
  deploys: readonly Deploy[];
  ledger: Ledger;
  settings: Settings;
}

/** What fell, when, and whom it hurt; oldest first. Each user's 5XX stands in one of them at most. */
export function eventsOf(input: EventsInput): SiteEvent[] {
  const { evidence, states, rows, settings } = input;
  const rules = { minFailed: settings.burst.min_failed, share: settings.burst.share };
  const bursts = rows.flatMap((row) => burstsOf(row, rules, evidence.grid));
  const outages = outagesOf(input);
  const perHost = oneEach(states.chains);
  const first = perHost.filter(({ tier }) => tier === 'frontend').map((out) => ejection(out, input, rules, bursts));
  const second = perHost.filter(({ tier }) => tier === 'webapp').map((out) => ejection(out, input, rules, bursts));
  const ejected = [...first, ...second];
  const alone = bursts.filter((burst) => !isPartOf(burst, ejected, input) && !isBelow(burst, bursts, ejected, input));
  // Webapps' bursts before their frontends': who answered 5XX explains more than who passed it on.
  const told = [...alone].sort((a, b) => Number(a.tier === 'frontend') - Number(b.tier === 'frontend'));
  return [
    ...outages,
    ...ejected,
    ...told.map((burst) => burstEvent(burst, input)),
    ...balancerBursts(input, rules),
    ...input.silences.map((silence) => silentEvent(silence, input)),
    ...(input.allSilent === null ? [] : [allSilentEvent(input.allSilent)]),
    ...input.skews.map(clockEvent),
    ...input.deploys.map(deployEvent),
  ].sort((a, b) => a.since - b.since || a.id.localeCompare(b.id));
}

/** A host of several places in one pool is told of once for each time that it was out. */
function oneEach<O extends Out>(outs: readonly O[]): O[] {
  const kept: O[] = [];
  for (const out of [...outs].sort((a, b) => a.from - b.from)) {
    const same = kept.find(
      (one) => one.host === out.host && one.tier === out.tier && one.by === out.by && one.from === out.from,
    );
    if (!same) kept.push(out);
  }
  return kept;
}

function ejection(
  out: Out & { tries: number },
  input: EventsInput,
  rules: BurstRules,
  bursts: readonly Burst[],
): SiteEvent {
  const { evidence, rows, ledger, places } = input;
  const { window, grid } = evidence;
  const passive = out.kind === 'passive' || out.kind === 'failed_try';
  const drained = out.kind === 'drain' || out.kind === 'maintenance';
  const row = rows.find(({ host, tier }) => host === out.host && tier === out.tier);
  const place = places.find(({ id }) => id === out.place);
  const cells = place?.turns.cells.length ? place.turns.cells : (row?.cells ?? []);
  const lead = drained ? null : leadUpTo(cells, grid, out.from, out.firstFailure, rules.share);
  const until = out.to !== null && out.to <= window.to ? out.to : null;
  const span = { from: lead?.first ?? out.from, to: until ?? window.to };
  const hurt = passive
    ? takeBelow(cells, place, span, input)
    : drained
      ? 0
      : ledger.take(out.host, { from: span.from, to: Math.max(out.from, span.from) });
  const gapMs = lead === null ? null : Math.max(0, out.from - lead.first);
  const failed = lead?.failed ?? 0;
  const tries: Said[] = out.tries > 0 ? [{ id: 'out.tries_failed', values: { tries: out.tries } }] : [];
  const counted: Said[] =
    passive && failed > 0 && gapMs !== null
      ? [{ id: 'out.failed_in', values: { failed, ms: Math.max(gapMs, 1) } }]
      : [];
  return {
    id: `${passive ? 'passive' : drained ? 'drained' : 'ejected'}:${out.host}:${out.from}`,
    kind: passive ? 'ejected_passive' : drained ? 'drained' : 'ejected',
    hosts: [out.host],
    tier: out.tier,
    by: out.by,
    since: out.from,
    until,
    cause: [...counted, out.cause, ...tries, ...(passive ? [] : behind(out, input, bursts))],
    hurt,
    gapMs,
    firstFailure: lead?.first ?? out.firstFailure,
    evidence: out.evidence,
    names: namesOf(out.host, out.tier, places),
  };
}

/** What users got through the frontends that give a webapp its turns: no more of it than the webapp's own turns say. */
function takeBelow(
  cells: HostRow['cells'],
  place: Place | undefined,
  span: Span,
  { evidence, ledger }: EventsInput,
): number {
  const { grid } = evidence;
  const hurt = rowOf(cells, grid, (cell) => cell.hurt);
  const begin = grid.times[0] ?? 0;
  const most = (t: number) => hurt[Math.floor((t - begin) / grid.interval)] ?? 0;
  return ledger.take(place?.teller ?? place?.host ?? '', span, most);
}

/** Which webapps of an ejected frontend failed with it. */
function behind(out: Out, { rows }: EventsInput, bursts: readonly Burst[]): Said[] {
  const from = (out.firstFailure ?? out.from) - 60_000;
  const failing = bursts.filter((b) => b.tier === 'webapp' && b.from <= out.from && b.to >= from);
  const hosts = failing
    .filter(({ host }) =>
      rows.some((row) => row.host === host && row.tier === 'webapp' && row.tellers.includes(out.host)),
    )
    .map(({ host }) => host);
  const unique = [...new Set(hosts)].sort();
  return unique.length === 0 ? [] : [{ id: 'out.behind', values: { hosts: unique } }];
}

/** Nobody was in a pool: all that its balancer answered meanwhile is the outage's. */
function outagesOf(input: EventsInput): SiteEvent[] {
  const { evidence, states, places, ledger } = input;
  const { window } = evidence;
  const pools = new Map<string, { teller: string; pool: string | null }>();
  for (const { teller, pool } of evidence.answers) pools.set(unservedKey({ teller, pool }), { teller, pool });
  return [...pools.values()].flatMap(({ teller, pool }) => {
    const members = places.filter(
      (place) => place.teller === teller && place.pool === pool && !isUnserved({ place: place.name }),
    );
    const outs = members.map(({ id }) =>
      unite(
        states.chains
          .filter((out) => out.place === id)
          .map(({ from, to }) => ({ from: Math.max(from, window.from), to: Math.min(to ?? window.to, window.to) })),
      ),
    );
    const relevant = outs.filter((_, i) => members[i]!.turns.cells.length > 0 || outs[i]!.length > 0);
    if (relevant.length === 0) return [];
    return relevant
      .reduce((a, b) => intersect(a, b))
      .map((span): SiteEvent => {
        const hosts = [...new Set(members.map(({ host }) => host))].sort();
        const open = span.to >= window.to;
        return {
          id: `outage:${teller}:${pool ?? ''}:${span.from}`,
          kind: 'outage',
          hosts,
          tier: members[0]!.tier,
          by: teller,
          since: span.from,
          until: open ? null : span.to,
          cause: [{ id: 'outage', values: { by: teller, pool, hosts } }],
          hurt: ledger.take(unservedKey({ teller, pool }), { from: span.from, to: span.to }),
          gapMs: null,
          firstFailure: null,
          evidence: 'own_words',
          names: hosts.flatMap((host) => namesOf(host, members[0]!.tier, places)),
        };
      });
  });
}

/** A burst that ended in an ejection, of the host itself or of the frontend above it, is told there. */
function isPartOf(burst: Burst, events: readonly SiteEvent[], { rows, evidence }: EventsInput): boolean {
  const above = rows.find(({ host, tier }) => host === burst.host && tier === burst.tier)?.tellers ?? [];
  return events.some(({ hosts, tier, since, until, firstFailure }) => {
    const own = hosts.includes(burst.host) && tier === burst.tier;
    const ofAbove = tier === 'frontend' && burst.tier === 'webapp' && hosts.some((host) => above.includes(host));
    const from = Math.min(since, firstFailure ?? since) - evidence.grid.interval;
    return (own || ofAbove) && burst.from <= (until ?? Number.POSITIVE_INFINITY) && burst.to >= from;
  });
}

/** A frontend's 5XX that its webapps answered is told of the webapps. */
function isBelow(burst: Burst, bursts: readonly Burst[], events: readonly SiteEvent[], { rows }: EventsInput): boolean {
  if (burst.tier !== 'frontend') return false;
  const below = rows
    .filter(({ tellers, tier }) => tier === 'webapp' && tellers.includes(burst.host))
    .map(({ host }) => host);
  const overlaps = (from: number, to: number) => from <= burst.to && to >= burst.from;
  const explained = bursts
    .filter((other) => other.tier === 'webapp' && below.includes(other.host) && overlaps(other.from, other.to))
    .reduce((sum, other) => sum + other.failed, 0);
  return (
    explained >= burst.failed / 2 ||
    events.some((e) => e.tier === 'webapp' && below.includes(e.hosts[0]!) && overlaps(e.since, e.until ?? burst.to))
  );
}

function burstEvent(burst: Burst, input: EventsInput): SiteEvent {
  const { evidence, rows, places, ledger } = input;
  const { window, grid } = evidence;
  const row = rows.find(({ host, tier }) => host === burst.host && tier === burst.tier)!;
  const open = burst.to >= window.to - Math.min(grid.interval, 60_000);
  const span = { from: burst.from, to: burst.to };
  const hurt =
    burst.tier === 'frontend'
      ? ledger.take(burst.host, span)
      : placesOf(burst.host, 'webapp', places).reduce(
          (sum, place) => sum + takeBelow(place.turns.cells, place, span, input),
          0,
        );
  return {
    ...nobody(`burst:${burst.host}:${burst.from}`, 'burst', burst.tier),
    hosts: [burst.host],
    since: burst.from,
    until: open ? null : burst.to,
    cause: [{ id: 'burst', values: { failed: burst.failed, hidden: Math.max(0, burst.failed - burst.hurt) } }],
    hurt,
    firstFailure: burst.from,
    names: row.host === '' ? [] : namesOf(burst.host, burst.tier, places),
  };
}

/** What a balancer answered by itself though somebody was in its pool: a full queue, a server that takes no connection. */
function balancerBursts({ evidence, ledger }: EventsInput, rules: BurstRules): SiteEvent[] {
  const tellers = [...new Set(evidence.answers.map(({ teller }) => teller))];
  return tellers.flatMap((teller) => {
    const own = evidence.answers.filter((answer) => answer.teller === teller && isUnserved(answer));
    const cells = joinCells(
      own.map(({ cells: all }) =>
        all.map((cell) => ({ ...cell, failed: cell.n, hurt: cell.n, firstFailed: cell.first, lastFailed: cell.last })),
      ),
    );
    const row: HostRow = { host: teller, tier: 'frontend', tellers: [], cells };
    return burstsOf(row, rules, evidence.grid).flatMap((burst): SiteEvent[] => {
      const span = { from: burst.from, to: burst.to };
      const pools = [...new Set(own.map(({ pool }) => pool))];
      const hurt = pools.reduce((sum, pool) => sum + ledger.take(unservedKey({ teller, pool }), span), 0);
      if (hurt < rules.minFailed) return [];
      const queue = own.filter(({ phase }) => phase === 'Q').length > 0;
      return [
        {
          ...nobody(`burst:${teller}:${burst.from}`, 'burst', 'lb'),
          hosts: [teller],
          since: burst.from,
          until: burst.to >= evidence.window.to - 60_000 ? null : burst.to,
          cause: [{ id: queue ? 'balancer.queue' : 'balancer.refused', values: { failed: hurt } }],
          hurt,
          firstFailure: burst.from,
        },
      ];
    });
  });
}

function silentEvent({ host, tier, from, to, open, turns, saidBy }: Silence, { places }: EventsInput): SiteEvent {
  return {
    ...nobody(`silent:${host}:${from}`, 'silent', tier),
    hosts: [host],
    since: from,
    until: open ? null : to,
    cause: [
      saidBy === null ? { id: 'silent.untold', values: {} } : { id: 'silent.told', values: { by: saidBy, turns } },
    ],
    names: namesOf(host, tier, places),
  };
}

function allSilentEvent(since: number): SiteEvent {
  return {
    ...nobody(`all_silent:${since}`, 'all_silent', 'lb'),
    since,
    until: null,
    cause: [{ id: 'all_silent', values: {} }],
  };
}

function clockEvent({ host, from, to, n, ms }: Skew): SiteEvent {
  return {
    ...nobody(`clock:${host}:${from}`, 'clock', 'webapp'),
    hosts: [host],
    since: from,
    until: to,
    cause: [{ id: 'clock', values: { n, ms } }],
  };
}

function deployEvent({ hosts, from, to, before, after, service }: Deploy): SiteEvent {
  return {
    ...nobody(`deploy:${service}:${after}:${from}`, 'deploy', 'webapp'),
    hosts,
    since: from,
    until: to,
    cause: [{ id: 'deploy', values: { before, after, hosts: hosts.length, ms: to - from } }],
  };
}

function nobody(id: string, kind: EventKind, tier: SiteEvent['tier']): SiteEvent {
  const none = { by: null, since: 0, until: null, cause: [], hurt: 0, gapMs: null, firstFailure: null, names: [] };
  return { id, kind, hosts: [], tier, evidence: 'lines', ...none };
}

function placesOf(host: string, tier: PlaceTier, places: readonly Place[]): Place[] {
  return places.filter((place) => place.host === host && place.tier === tier);
}

/** By which names the tier above knows a host. */
export function namesOf(host: string, tier: 'lb' | PlaceTier, places: readonly Place[]): string[] {
  if (tier === 'lb') return [];
  return [
    ...new Set(
      placesOf(host, tier, places)
        .filter(({ teller }) => teller !== null)
        .map(({ name }) => name),
    ),
  ].sort();
}
