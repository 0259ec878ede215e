import { balancerBursts, burstEvent, isBelow, isPartOf } from './burst_events';
import { type Burst, type BurstRules, burstsOf, type HostRow, leadUpTo } from './bursts';
import type { EventsInput } from './events_input';
import { groupBy } from './groups';
import { takeBelow, unservedKey } from './hurt';
import { isUnserved, type Place } from './places';
import { allSilentEvent, clockEvent, deployEvent, silentEvent } from './quiet_events';
import type { Out, Said } from './said';
import { namesOf, type SiteEvent } from './site_event';
import { intersect, unite } from './spans';

/** What fell, when, and whom it hurt; oldest first. Each user's 5XX stands in one of them at most. */
export function eventsOf(input: EventsInput): SiteEvent[] {
  const { evidence, states, rows, settings } = input;
  const rules = { minFailed: settings.burst.min_failed, share: settings.burst.share };
  const bursts = rows.flatMap((row) => burstsOf(row, rules, evidence.grid));
  const outages = outagesOf(input);
  const perHost = oneEach(states.chains);
  const known: Known = {
    rows: new Map(rows.map((row) => [`${row.tier} ${row.host}`, row])),
    places: new Map(input.places.map((place) => [place.id, place])),
    below: below(rows, bursts),
  };
  const told = (of: Out['tier']) =>
    perHost.filter(({ tier }) => tier === of).map((out) => ejection(out, input, rules, known));
  const first = told('frontend');
  const second = told('webapp');
  const ejected = [...first, ...second];
  const alone = bursts.filter((burst) => !isPartOf(burst, ejected, input) && !isBelow(burst, bursts, ejected, input));
  // Webapps' bursts before their frontends': who answered 5XX explains more than who passed it on.
  const ordered = [...alone].sort((a, b) => Number(a.tier === 'frontend') - Number(b.tier === 'frontend'));
  return [
    ...outages,
    ...ejected,
    ...ordered.map((burst) => burstEvent(burst, input)),
    ...balancerBursts(input, rules),
    ...input.silences.map((silence) => silentEvent(silence, input.places)),
    ...(input.allSilent === null ? [] : [allSilentEvent(input.allSilent)]),
    ...input.skews.map(clockEvent),
    ...input.deploys.map(deployEvent),
  ].sort((a, b) => a.since - b.since || a.id.localeCompare(b.id));
}

/** A host of several places in one pool is told of once for each time that it was out. */
function oneEach<O extends Out>(outs: readonly O[]): O[] {
  const kept = new Map<string, O>();
  for (const out of [...outs].sort((a, b) => a.from - b.from)) {
    const key = JSON.stringify([out.host, out.tier, out.by, out.from]);
    if (!kept.has(key)) kept.set(key, out);
  }
  return [...kept.values()];
}

/** What each ejection asks for. */
interface Known {
  rows: ReadonlyMap<string, HostRow>;
  places: ReadonlyMap<string, Place>;
  /** Bursts of the webapps below each frontend. */
  below: ReadonlyMap<string, readonly Burst[]>;
}

function below(rows: readonly HostRow[], bursts: readonly Burst[]): Map<string, Burst[]> {
  const ofHost = groupBy(
    bursts.filter(({ tier }) => tier === 'webapp'),
    ({ host }) => host,
  );
  const found = new Map<string, Burst[]>();
  for (const { host, tier, tellers } of rows) {
    const own = tier === 'webapp' ? (ofHost.get(host) ?? []) : [];
    for (const teller of own.length > 0 ? tellers : []) {
      const known = found.get(teller) ?? [];
      for (const burst of own) known.push(burst);
      found.set(teller, known);
    }
  }
  return found;
}

function ejection(out: Out & { tries: number }, input: EventsInput, rules: BurstRules, known: Known): SiteEvent {
  const { evidence, ledger, places } = input;
  const { window, grid } = evidence;
  const passive = out.kind === 'passive' || out.kind === 'failed_try';
  const drained = out.kind === 'drain' || out.kind === 'maintenance';
  const row = known.rows.get(`${out.tier} ${out.host}`);
  const place = known.places.get(out.place);
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
    cause: [...counted, out.cause, ...tries, ...(passive ? [] : behind(out, known))],
    hurt,
    gapMs,
    firstFailure: lead?.first ?? out.firstFailure,
    evidence: out.evidence,
    names: namesOf(out.host, out.tier, places),
  };
}

/** Which webapps of an ejected frontend failed with it. */
function behind(out: Out, known: Known): Said[] {
  const from = (out.firstFailure ?? out.from) - 60_000;
  const failing = (known.below.get(out.host) ?? []).filter((burst) => burst.from <= out.from && burst.to >= from);
  const hosts = failing.map(({ host }) => host);
  const unique = [...new Set(hosts)].sort();
  return unique.length === 0 ? [] : [{ id: 'out.behind', values: { hosts: unique } }];
}

/** Nobody was in a pool: all that its balancer answered meanwhile is the outage's. */
function outagesOf(input: EventsInput): SiteEvent[] {
  const { evidence, states, places, ledger } = input;
  const { window } = evidence;
  const pools = new Map<string, { teller: string; pool: string | null }>();
  for (const { teller, pool } of evidence.answers) pools.set(unservedKey({ teller, pool }), { teller, pool });
  const chains = groupBy(states.chains, ({ place }) => place);
  const ofPool = groupBy(
    places.filter(({ name }) => !isUnserved({ place: name })),
    ({ teller, pool }) => JSON.stringify([teller, pool]),
  );
  return [...pools.values()].flatMap(({ teller, pool }) => {
    const members = ofPool.get(JSON.stringify([teller, pool])) ?? [];
    const outs = members.map(({ id }) =>
      unite(
        (chains.get(id) ?? []).map(({ from, to }) => ({
          from: Math.max(from, window.from),
          to: Math.min(to ?? window.to, window.to),
        })),
      ),
    );
    const relevant = outs.filter((_, i) => members[i]!.turns.cells.length > 0 || outs[i]!.length > 0);
    if (relevant.length === 0) return [];
    return relevant
      .reduce((a, b) => intersect(a, b))
      .flatMap((span): SiteEvent[] => {
        const hurt = ledger.take(unservedKey({ teller, pool }), { from: span.from, to: span.to });
        // Nobody was turned away: a backup that took no turn in the range may have stood by.
        if (hurt === 0) return [];
        const hosts = [...new Set(members.map(({ host }) => host))].sort();
        const open = span.to >= window.to;
        return [
          {
            id: `outage:${teller}:${pool ?? ''}:${span.from}`,
            kind: 'outage',
            hosts,
            tier: members[0]!.tier,
            by: teller,
            since: span.from,
            until: open ? null : span.to,
            cause: [{ id: 'outage', values: { by: teller, pool, hosts } }],
            hurt,
            gapMs: null,
            firstFailure: null,
            evidence: 'own_words',
            names: hosts.flatMap((host) => namesOf(host, members[0]!.tier, places)),
          },
        ];
      });
  });
}
