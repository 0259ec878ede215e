import type { Settings } from '../settings';
import { type Directory, type Entry, hostsOf } from './directory';
import type { Evidence, Word } from './evidence';
import { firstWhere, greatestOf, groupBy } from './groups';
import { ENOUGH_TO_MISS, type Monitor, markForeign, monitorsOf } from './monitors';
import { ofHost } from './of_host';
import { joinTries } from './passive';
import { goodTurns, peersMean, poolKey, poolsOf, servedAgain } from './peers';
import type { Place, Tier } from './places';
import { outsFromRecords, sinceRecorded } from './records';
import type { Out } from './said';
import { clip, holdsOf, intersect, type Span, unite } from './spans';
import { staysOf } from './sticky';
import { endedTellers } from './tellers';
import { isWorkerLocal, passiveAbsences, passiveRules } from './upstream_absences';
import { type Absence, absencesFromWords } from './words';

/** Who was out of which pool, and what is not known of it. */
export interface States {
  /** Single absences, as they were; of webapps each failed try by itself. */
  outs: Out[];
  /** The same with chains of failed tries as one, and how many tries failed. */
  chains: (Out & { tries: number })[];
  monitors: Monitor[];
  /** By place: times in which what was due to its pool is not known. */
  unclear: Map<string, Span[]>;
  /** By place: times of which too much was written to be read, or in which users stayed with their server. */
  unread: Map<string, Span[]>;
  /** Places that single workers of their frontend had given up while others went on using them. */
  workerLocal: {
    place: Place;
    span: Span;
    /** nginx said so; else only attempts failed. */
    said: boolean;
  }[];
  /** Hosts of which nothing came any more, and nobody said whether they fell or were taken away. */
  gone: { host: string; since: number }[];
  /** Servers that a balancer said to be down twice, and not to be up in between; or that were out when they got another name. */
  forgotten: { teller: string; server: string; renamed: boolean }[];
  /** Balancers of which nothing came any more, though many lines were due. */
  ended: { teller: string; since: number }[];
  /** Pools whose users stay with their server; or may, for all that is known. */
  sticky: { teller: string; pool: string | null; certain: boolean }[];
  /** Balancer servers that were spoken of. */
  spoken: Set<string>;
  backups: Set<string>;
  frontendsKnown: boolean;
  webappsKnown: boolean;
}

/** A turn that was on its way when its place was ejected. */
const UNDER_WAY_MS = 2_000;
/** Of what its peers got: from here on a place that is said to be out is not. */
const SERVES = 0.2;

export interface StateInput {
  evidence: Evidence;
  directory: Directory;
  frontends: Tier;
  webapps: Tier;
  settings: Settings;
  /** Times in which a host wrote nothing and was given nothing, while others were. */
  dead: (host: string, minMs: number) => Span[];
}

/**
 * In this order: turns taken; the balancer's own words for this server of this backend; its own monitor; nginx's words and
 * failed attempts for its own upstream. What is weaker fills in where what is stronger is silent.
 */
export function statesOf(input: StateInput): States {
  const { evidence, directory, frontends, webapps, settings } = input;
  const places = [...frontends.places, ...webapps.places];
  const pools = poolsOf(places);
  const poolOf = (place: Place) => pools.get(poolKey(place)) ?? [];
  const monitors = monitorsOf(evidence, settings.monitor, input.dead);
  const balancers = new Set(directory.servers.map(({ seen }) => seen.teller));
  const probedPlaces = places.filter((place) => isProbed(place, balancers));
  const ofHost = groupBy(probedPlaces, ({ host }) => host);
  markForeign(monitors, (host) => ofHost.get(host) ?? [], poolOf, evidence);
  const entriesOf = entriesBy(directory);
  const spokenPools = new Set<string>();
  const words = wordsByServer(settings.balancer_words ? evidence.words : []);
  for (const { teller, pool } of settings.balancer_words ? evidence.words : [])
    spokenPools.add(JSON.stringify([teller, pool]));
  // Octavia's flow log, and a log that keeps errors back, tell of requests alone. HAProxy in Rota's own format, which alone
  // names its servers' addresses, tells of both.
  const whole = directory.servers.filter(({ seen }) => seen.address !== null).map(({ seen }) => seen.teller);
  const speaking = new Set(settings.balancer_words ? [...whole, ...evidence.words.map(({ teller }) => teller)] : []);
  const outs: Out[] = [];
  const gone: States['gone'] = [];
  const renamed: States['forgotten'] = [];
  const unclear = new Map<string, Span[]>();
  const workerLocal: States['workerLocal'] = [];
  for (const place of probedPlaces) {
    const entries = entriesOf(place);
    const said = entries.flatMap((entry) =>
      whileItWas(place, entry, spokenAbsences(entry, place, words, poolOf(place), evidence))
        .map((absence) => {
          const until = untilMoved(absence, place, entry, directory.servers);
          if (until !== absence) renamed.push({ teller: entry.seen.teller, server: entry.seen.place, renamed: true });
          return until;
        })
        .map((absence) => ({ ...absence, by: entry.seen.teller })),
    );
    const speaks = entries.some(({ seen }) => spokenPools.has(JSON.stringify([seen.teller, seen.pool])));
    const lastSign = lastSignOf(place, evidence);
    const all = probedAbsences(place, monitors, poolOf(place), evidence);
    // A balancer that writes of its requests, and of its servers, says whom it takes out: then missing lines are no more than that.
    const isTold = (from: number) =>
      evidence.balancers.some(
        ({ teller, cells }) => teller !== null && speaking.has(teller) && cells.some(({ last }) => last > from),
      );
    const here = all.filter(({ cause, from }) => !isOfSilence(cause) || !isTold(from));
    const probed = here.filter(({ to, from }) => to !== null || lastSign >= from || from >= evidence.settledTo);
    if (probed.length < all.length && !speaks) {
      // Nothing of it came again, and no balancer said that it fell: it may have been taken away.
      for (const { hosts } of monitors) {
        const life = hosts.get(place.host);
        if (life) life.to = Math.min(life.to, Math.max(life.from, lastSign));
      }
      if (!isTold(lastSign)) gone.push({ host: place.host, since: lastSign });
    }
    const by = place.teller ?? entries[0]?.seen.teller ?? null;
    const found = speaks ? withFirstFailures(said, probed) : probed.map((absence) => ({ ...absence, by }));
    for (const absence of found) outs.push(outOf(place, absence.by, absence));
  }
  const rules = passiveRules(settings);
  const chains: States['chains'] = outs.map((out) => ({ ...out, tries: 0 }));
  const passive = passiveAbsences(webapps.places, evidence, rules);
  for (const { place, span } of passive.unsure.filter(({ span }) => clip([span], evidence.window).length > 0)) {
    workerLocal.push({ place, span, said: false });
    for (const { id } of poolOf(place)) unclear.set(id, unite([...(unclear.get(id) ?? []), span]));
  }
  for (const [place, absences] of passive.found) {
    const joined = joinTries(absences, rules.failTimeoutMs);
    const local = joined.filter((chain) => isWorkerLocal(place, chain, absences, poolOf(place), evidence));
    for (const chain of local) {
      const span = { from: chain.from, to: chain.to ?? evidence.window.to };
      workerLocal.push({ place, span, said: true });
    }
    const hazy = local.map(({ from, to }) => ({ from, to: to ?? evidence.window.to }));
    for (const { id } of hazy.length > 0 ? poolOf(place) : [])
      unclear.set(id, unite([...(unclear.get(id) ?? []), ...hazy]));
    const isLocal = holdsOf(local.map(({ from, to }) => ({ from, to: to ?? Number.POSITIVE_INFINITY })));
    for (const absence of absences) if (!isLocal(absence.from)) outs.push(outOf(place, place.teller, absence));
    const localOnes = new Set(local);
    for (const chain of joined) {
      if (!localOnes.has(chain)) chains.push({ ...outOf(place, place.teller, chain), tries: chain.tries });
    }
  }
  const sticky = (evidence.visits ?? [])
    .map((visits) => ({ ...visits, stays: staysOf(visits) }))
    .filter(({ stays }) => stays !== 'move');
  const unread = unreadOf(evidence, places, spokenPools);
  for (const { id } of places.filter((place) =>
    sticky.some(({ stays, teller, pool }) => stays === 'stay' && teller === place.teller && pool === place.pool),
  ))
    unread.set(id, [evidence.window]);
  const told = { outs: inWindow(outs, evidence), chains: inWindow(chains, evidence) };
  const recorded = outsFromRecords(evidence, places, told.chains);
  return {
    outs: [...sinceRecorded(told.outs, evidence), ...recorded],
    chains: [...sinceRecorded(told.chains, evidence), ...recorded.map((out) => ({ ...out, tries: 0 }))],
    monitors,
    unclear,
    unread,
    workerLocal,
    gone,
    forgotten: [...forgottenIn(words), ...renamed],
    ended: endedTellers(evidence, new Set(outs.filter(({ to }) => to === null).map(({ by }) => by))),
    sticky: sticky.map(({ teller, pool, stays }) => ({ teller, pool, certain: stays === 'stay' })),
    spoken: new Set(evidence.words.map((word) => serverKey(word.teller, word.pool, word.server))),
    backups: new Set(evidence.words.filter(({ backup }) => backup).map((w) => serverKey(w.teller, w.pool, w.server))),
    // Where all turns of a balancer are told, they tell who was in its pool.
    frontendsKnown:
      spokenPools.size > 0 || monitors.some(({ foreign }) => foreign === null) || frontends.source === 'balancer',
    webappsKnown: directory.upstreams.length > 0 || directory.servers.some(({ tier }) => tier === 'webapp'),
  };
}

/** What a limit cut off is not known: nobody is judged by it. */
function unreadOf(
  { cuts, window }: Evidence,
  places: readonly Place[],
  spoken: ReadonlySet<string>,
): Map<string, Span[]> {
  const found = new Map<string, Span[]>();
  for (const { what, from = window.from, to = window.to } of cuts) {
    const concerns = (place: Place) => {
      const speaks = spoken.has(JSON.stringify([place.teller, place.pool]));
      if (what === 'words') return speaks;
      if (what === 'probes') return place.tier === 'frontend' && !speaks;
      return place.tier === 'webapp' && what !== 'hosts';
    };
    const span = { from: Math.max(from, window.from), to: Math.min(to, window.to) };
    if (span.from >= span.to) continue;
    for (const { id } of places.filter(concerns)) found.set(id, [...(found.get(id) ?? []), span]);
  }
  return found;
}

/** Balancers probe what stands in their own pools; nginx, without its commercial part, probes nobody. */
function isProbed({ tier, teller }: Place, balancers: ReadonlySet<string | null>): boolean {
  return tier === 'frontend' || balancers.has(teller);
}

export function serverKey(teller: string, pool: string | null, server: string): string {
  return JSON.stringify([teller, pool, server]);
}

/** The balancers' servers that a place is: itself, or where it tells of itself all that were joined with its host. */
function entriesBy({ servers }: Directory): (place: Place) => Entry[] {
  const byName = groupBy(servers, ({ seen }) => JSON.stringify([seen.teller, seen.place]));
  const byHost = new Map<string, Entry[]>();
  for (const entry of servers) {
    for (const host of new Set(hostsOf(entry)))
      byHost
        .set(host, byHost.get(host) ?? [])
        .get(host)!
        .push(entry);
  }
  return ({ teller, name, pool, host }) =>
    teller === null
      ? (byHost.get(host) ?? [])
      : (byName.get(JSON.stringify([teller, name])) ?? []).filter(
          ({ seen }) => pool === null || pool.startsWith(seen.pool ?? ''),
        );
}

function wordsByServer(words: readonly Word[]): Map<string, Word[]> {
  return groupBy(words, ({ teller, pool, server }) => serverKey(teller, pool, server));
}

function forgottenIn(words: ReadonlyMap<string, readonly Word[]>): States['forgotten'] {
  return [...words.values()].flatMap((own) => {
    const told = own.filter(({ says }) => says === 'up' || says === 'down').sort((a, b) => a.t - b.t);
    const twice = told.find(({ says }, i) => says === 'down' && told[i + 1]?.says === 'down');
    return twice ? [{ teller: twice.teller, server: twice.server, renamed: false }] : [];
  });
}

function spokenAbsences(
  { seen }: Entry,
  place: Place,
  words: ReadonlyMap<string, readonly Word[]>,
  pool: readonly Place[],
  { window, grid }: Evidence,
): Absence[] {
  const own = words.get(serverKey(seen.teller, seen.pool, seen.place)) ?? [];
  return absencesFromWords(own, window.from)
    .filter((absence) => {
      // Said to come up, yet it had served until then: it was never away.
      if (absence.from > window.from || own.some(({ t }) => t <= absence.from)) return true;
      return goodTurns(place, { from: absence.from, to: absence.to ?? window.to }, grid) === 0;
    })
    .map((absence) => {
      const from = Math.max(absence.from + UNDER_WAY_MS, window.from);
      const to = Math.min(absence.to ?? window.to, window.to);
      // Of a drained server the sessions that it has go on: only its old share says that it is back.
      const least = absence.kind === 'drain' ? 0.8 : SERVES;
      const again = from < to ? servedAgain(place, pool, { from, to }, grid, least) : null;
      return again === null ? absence : { ...absence, to: again };
    });
}

/**
 * Of what was said of a server's name that which was said of this host. An address that passed to another host leaves its
 * state to it; a name that was given to another address begins anew.
 */
function whileItWas({ join }: Place, { seen }: Entry, absences: readonly Absence[]): Absence[] {
  if (join === null) return [...absences];
  const anew = seen.addresses !== undefined;
  return absences.flatMap((absence) => {
    const to = absence.to ?? Number.POSITIVE_INFINITY;
    if (absence.from >= join.to || to <= join.from || (anew && absence.from < join.from)) return [];
    const until = Math.min(to, join.to);
    return [
      {
        ...absence,
        from: Math.max(absence.from, join.from),
        to: until === Number.POSITIVE_INFINITY ? null : until,
      },
    ];
  });
}

/** No probe of it was seen at all. */
function isOfSilence(cause: Absence['cause']): boolean {
  return cause.id === 'out.probes_failed' && cause.values.statuses.every((status) => status === null);
}

/** Its last line, probe or turn without an error. */
function lastSignOf({ host, turns }: Place, evidence: Evidence): number {
  const lines = ofHost(evidence, host).lives.flatMap(({ cells }) => cells.map(({ last }) => last));
  const served = turns.cells.filter(({ n, failed }) => n > failed).map(({ last }) => last);
  return greatestOf([...lines, ...served]);
}

/** A pool that is configured anew may know a host by another server's name: what was said of the old one ends there. */
function untilMoved(absence: Absence, { host, join }: Place, entry: Entry, servers: readonly Entry[]): Absence {
  const since = join === null || join.from === Number.NEGATIVE_INFINITY ? entry.seen.first : join.from;
  const moves = servers.flatMap(({ seen, owners }) => {
    if (seen.teller !== entry.seen.teller || seen.pool !== entry.seen.pool || seen.place === entry.seen.place)
      return [];
    return owners.joins
      .filter((other) => other.host === host && other.from > since && other.from >= entry.seen.last)
      .map(({ from }) => {
        const last = greatestOf((seen.addresses ?? []).filter(({ first }) => first < from).map((one) => one.last));
        return Math.ceil((Math.max(last, since) + from) / 2);
      });
  });
  const moved = Math.max(absence.from, Math.min(...moves));
  return moved < (absence.to ?? Number.POSITIVE_INFINITY) ? { ...absence, to: moved } : absence;
}

/**
 * A host is out while every monitor that is the balancer's and that asks it has it out. Where they disagree, turns tell: a
 * place that got none, where some were due, is out.
 */
function probedAbsences(
  place: Place,
  monitors: readonly Monitor[],
  pool: readonly Place[],
  evidence: Evidence,
): Absence[] {
  const own = monitors.filter(({ foreign, hosts }) => foreign === null && hosts.has(place.host));
  const monitorOf = new Map(
    own.flatMap((monitor) => monitor.hosts.get(place.host)!.absences.map((absence) => [absence, monitor] as const)),
  );
  const all = [...monitorOf.keys()];
  if (own.length <= 1) return all;
  return all
    .filter((absence) => {
      const to = absence.to ?? evidence.window.to;
      const others = own.filter((monitor) => monitorOf.get(absence) !== monitor);
      const asked = others.filter(({ hosts }) => {
        const life = hosts.get(place.host)!;
        return life.from < absence.from && life.to > absence.from + 3 * (own[0]?.rules.intervalMs ?? 0);
      });
      const agree = asked.every(({ hosts }) => overlaps(hosts.get(place.host)!.absences, absence.from, to));
      if (agree) return true;
      const span = {
        from: Math.max(absence.from, evidence.window.from) + UNDER_WAY_MS,
        to: Math.min(to, evidence.window.to),
      };
      return (
        peersMean(place, pool, span, evidence.grid) >= ENOUGH_TO_MISS && goodTurns(place, span, evidence.grid) === 0
      );
    })
    .sort((a, b) => a.from - b.from)
    .reduce<Absence[]>((kept, absence) => {
      const last = kept.at(-1);
      const same = last !== undefined && (last.to ?? Number.POSITIVE_INFINITY) > absence.from ? last : null;
      if (!same) kept.push({ ...absence });
      else {
        // Both had it out: from the first that ejected it to the last that let it back.
        same.from = Math.max(same.from, absence.from);
        same.to = same.to === null || absence.to === null ? null : Math.min(same.to, absence.to);
      }
      return kept;
    }, []);
}

/** Whether any of a monitor's absences, which stand in order of time, touches the span. */
function overlaps(absences: readonly Absence[], from: number, to: number): boolean {
  const first = absences[firstWhere(absences, (one) => (one.to ?? to) > from)];
  return first !== undefined && first.from < to;
}

/** Where a replay of probes ejects a host at about the time of the balancer's word, its first failed probe is taken over. */
function withFirstFailures<A extends Absence>(said: readonly A[], probed: readonly Absence[]): A[] {
  const seen = probed.filter(({ firstFailure }) => firstFailure !== null).sort((a, b) => a.from - b.from);
  return said.map((absence) => {
    const after = firstWhere(seen, ({ from }) => from >= absence.from);
    const near = [seen[after - 1], seen[after]]
      .filter((one) => one !== undefined)
      .sort((a, b) => Math.abs(a.from - absence.from) - Math.abs(b.from - absence.from))[0];
    const fits =
      near !== undefined && near.firstFailure! <= absence.from && Math.abs(near.from - absence.from) < 60_000;
    return { ...absence, firstFailure: fits ? near.firstFailure : null };
  });
}

function outOf(place: Place, by: string | null, absence: Absence): Out {
  const { from, to, kind, cause, evidence, firstFailure } = absence;
  return { place: place.id, host: place.host, tier: place.tier, by, from, to, kind, cause, evidence, firstFailure };
}

/** Those that touch the window, with their true times. */
function inWindow<O extends Out>(outs: readonly O[], { window }: Evidence): O[] {
  return outs
    .filter((out) => clip([out], window).length > 0)
    .map((out) => (out.to !== null && out.to > window.to ? { ...out, to: null } : out));
}

/** When a host was away altogether: all its places were, or all who give it turns. */
export function awayTogether(spansOfPlaces: readonly (readonly Span[])[]): Span[] {
  return spansOfPlaces.length === 0 ? [] : spansOfPlaces.map((spans) => unite(spans)).reduce((a, b) => intersect(a, b));
}
