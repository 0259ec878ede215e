import { joinCells, joinTurns, NO_CLASSES, turnsIn } from './cells';
import { type Directory, type Entry, hostsOf } from './directory';
import type { BalancerAnswers, Cell, Evidence, Passing, PlaceTier, Turns, WriterSeen } from './evidence';
import { greatestOf, groupBy, leastOf } from './groups';
import type { Join } from './joins';
import { namedKey, namedPools } from './pools_named';
import { isWatcher } from './probers';

/**
 * What takes turns: an address or a server's name, as one teller knows it, for a time. Places of one host are shown together
 * and owed by their number.
 */
export interface Place {
  id: string;
  tier: PlaceTier;
  /** Who gave it its turns; null where nobody above tells, and it tells of itself. */
  teller: string | null;
  pool: string | null;
  /** Which of its teller's pools it is in, where the teller's lines do not say so and others do. */
  group?: string;
  /** As the teller writes it. */
  name: string;
  /** The host that it is, or its own name where nobody can be said to be it. */
  host: string;
  join: Join | null;
  /** The host writes request lines of its own to Rota. */
  writes: boolean;
  turns: Turns;
  /** First and last turn in the range and the time before it that was looked at. */
  seen: { first: number; last: number } | null;
}

export interface Tier {
  tier: PlaceTier;
  places: readonly Place[];
  /** Whose lines were counted. */
  source: 'balancer' | 'frontends' | 'webapps' | 'mixed';
  /** Turns of the tier above that no place is known for, and who told of them. */
  unplaced: { turns: number; tellers: readonly string[] };
  /** Tellers whose lines name no pool, and of whose places it is not known which stand in one. */
  unpooled?: readonly string[];
  /** Turns that hosts counted from their own lines took beyond those that the tier above tells of. */
  excess?: number;
  /** Places whose turns were counted from the hosts' own lines: the teller knows only one address for several. */
  shared: readonly { place: string; hosts: readonly string[] }[];
  /** The balancers' lines cover so much of what the frontends logged; null where there is nothing to compare. */
  coverage: number | null;
}

/** Below this a tier's lines are not all there: another balancer, a filtered log. */
const ENOUGH = 0.95;
/** Own lines that make up less of the turns than this are not the turns that are looked for. */
const ENOUGH_OWN = 0.5;

export type Counts = Pick<
  Evidence,
  'balancers' | 'frontends' | 'ownFrontends' | 'ownWebapps' | 'balancersUnnamed' | 'passings' | 'skews'
>;

export type Facts = Counts & Partial<Pick<Evidence, 'answers'>>;

/** The balancers' pools, and who stands in them. Facts choose the source, so that a search cannot change it. */
export function frontendTier(directory: Directory, counts: Counts, facts: Facts = counts): Tier {
  // Of a host whose clock is off other lines fall into the range than of its balancer: they are no measure.
  const off = new Set(facts.skews.map(({ host }) => host));
  const isOff = (row: Turns) =>
    directory.servers.some(
      ({ seen, owners }) =>
        seen.teller === row.teller &&
        seen.pool === row.pool &&
        seen.place === row.place &&
        owners.joins.some(({ host }) => off.has(host)),
    );
  const tierOf = tiersOf(directory);
  // What the balancer answered itself no frontend wrote of.
  const { answers = [] } = facts;
  const given = facts.balancers.filter((row) => !isUnserved(row) && tierOf(row) === 'frontend');
  const told = given.map((row) => ({ ...row, cells: reached(row, answers) }));
  const balanced = total(given);
  const written = total(facts.ownFrontends.filter(({ place }) => !off.has(place)));
  const measured = off.size === 0 ? told : told.filter((row) => !isOff(row));
  const coverage = balanced > 0 && written > 0 ? total(measured) / written : null;
  const complete = balanced > 0 && !facts.balancersUnnamed && (coverage === null || coverage >= ENOUGH);
  const base = { tier: 'frontend' as const, unplaced: { turns: 0, tellers: [] }, shared: [], coverage };
  if (complete) {
    const rows = counts.balancers.filter((row) => !isUnserved(row));
    const places = directory.servers
      .filter(({ tier }) => tier === 'frontend')
      .flatMap((entry) => placesOf(entry, rowOf(rows, entry), counts));
    return { ...base, places: [...places, ...probedPlaces(places, directory)], source: 'balancer' };
  }
  const hosts = new Set(directory.inventory.writers.filter((w) => w.tier === 'frontend').map(({ host }) => host));
  const own = [...hosts]
    .map((host) => ownPlace(host, 'frontend', counts.ownFrontends, directory))
    .map((place) => (counts === facts ? withRefused(place, answers, directory) : place));
  const places = [...own, ...spokenPlaces(own, directory)];
  return { ...base, places: [...places, ...probedPlaces(places, directory)], source: 'frontends' };
}

/** Phases of HAProxy's termination state before a server had the request: no line of its own tells of these turns. */
export const BEFORE_SERVER = /^[RQC]$/;

function withRefused(place: Place, answers: readonly BalancerAnswers[], { servers }: Directory): Place {
  const refused = answers.filter(
    (answer) =>
      BEFORE_SERVER.test(answer.phase) &&
      servers.some(
        (entry) =>
          entry.seen.teller === answer.teller &&
          entry.seen.pool === answer.pool &&
          entry.seen.place === answer.place &&
          hostsOf(entry).includes(place.host),
      ),
  );
  if (refused.length === 0) return place;
  const cells = refused.flatMap((answer) =>
    answer.cells.map(({ t, n, first, last }): Cell => {
      return { t, n, failed: n, hurt: n, first, last, firstFailed: first, lastFailed: last };
    }),
  );
  const { turns } = place;
  const s5xx = turns.classes.s5xx + cells.reduce((sum, { n }) => sum + n, 0);
  return { ...place, turns: { ...turns, cells: joinCells([turns.cells, cells]), classes: { ...turns.classes, s5xx } } };
}

/** Servers that a balancer names and that write nothing themselves: it may say of them that they were out. */
function spokenPlaces(own: readonly Place[], { servers }: Directory): Place[] {
  const written = new Set(own.map(({ host }) => host));
  const silent = servers.filter(
    (entry) => entry.tier === 'frontend' && !hostsOf(entry).some((host) => written.has(host)),
  );
  return [...new Set(silent.flatMap(hostsOf))].map((host) => {
    const turns = emptyTurns(null, null, host);
    const base = { tier: 'frontend' as const, teller: null, pool: null, name: host, host, join: null };
    return { ...base, id: idOf({ ...base, writes: false, turns }), writes: false, turns, seen: null };
  });
}

/**
 * Hosts that a balancer's monitor asks, or asked within a day, and that nothing else names: one of them may have fallen long
 * ago. Where servers have names that nobody joined with hosts, a probed host may be one of these.
 */
function probedPlaces(places: readonly Place[], { inventory, servers }: Directory): Place[] {
  const known = new Set(places.map(({ host }) => host));
  if (servers.some(({ tier, owners }) => tier === 'frontend' && owners.joins.length === 0)) return [];
  const webapps = new Set(inventory.writers.filter(({ tier }) => tier === 'webapp').map(({ host }) => host));
  const asked = inventory.monitors.filter(
    ({ host, agent }) => !known.has(host) && !webapps.has(host) && !isWatcher(agent),
  );
  const pools = new Map(places.map((place) => [JSON.stringify([place.teller, place.pool]), place]));
  const [only] = pools.size === 1 ? [...pools.values()] : [];
  return [...new Set(asked.map(({ host }) => host))].map((host) => {
    const base = {
      tier: 'frontend' as const,
      teller: only?.teller ?? null,
      pool: only?.pool ?? null,
      name: host,
      host,
    };
    const place = { ...base, join: null, writes: true, turns: emptyTurns(base.teller, base.pool, host) };
    return { ...place, id: idOf(place), seen: null };
  });
}

/** The frontends' pools of webapps, and the balancers' where webapps stand in them directly. */
export function webappTier(directory: Directory, counts: Counts, facts: Counts = counts): Tier {
  const direct = directory.servers.filter(({ tier }) => tier === 'webapp');
  const entries = [...directory.upstreams, ...direct];
  const rows = [...counts.frontends, ...counts.balancers];
  const { pools, unknown } = namedPools(directory.upstreams, directory.inventory.writers);
  const groupOf = ({ teller, name }: Place) => pools.get(namedKey(teller, name));
  const named = entries
    .flatMap((entry) => placesOf(entry, rowOf(rows, entry), counts))
    .map((place) => (place.pool === null ? { ...place, group: groupOf(place) } : place));
  const base = { ...BASE, unpooled: [...unknown].sort() };
  const residue = residueOf(directory, entries, facts);
  if (residue.own.length === 0) {
    return { ...base, places: named, source: named.length > 0 ? 'frontends' : 'webapps', ...residue.left };
  }
  const replaced = new Set(residue.replaced.map(keyOfEntry));
  const kept = named.filter(({ teller, pool, name }) => !replaced.has(JSON.stringify([teller, pool, name])));
  const { teller, pool } = residue;
  const own = residue.own.map((host) => ({
    ...ownPlace(host, 'webapp', counts.ownWebapps, directory),
    teller,
    pool,
  }));
  const places = [...kept, ...own.map((place) => ({ ...place, id: idOf(place) }))];
  return { ...base, places, source: kept.length > 0 ? 'mixed' : 'webapps', ...residue.left };
}

const BASE = { tier: 'webapp' as const, unplaced: { turns: 0, tellers: [] as string[] }, shared: [], coverage: null };

/**
 * Turns that no known host took, and hosts that no place is known for: where the second are more than the first, several
 * stand behind one address or the log names no upstream at all, and their own lines are counted.
 */
function residueOf(directory: Directory, entries: readonly Entry[], facts: Counts) {
  const claimed = new Set(entries.flatMap(({ owners }) => owners.joins.map(({ host }) => host)));
  const writers = directory.inventory.writers.filter((w) => w.tier === 'webapp' && !claimed.has(w.host));
  const unclaimed = new Set(writers.map(({ host }) => host));
  const hosts = [...unclaimed];
  const unnamed = unnamedTurns(facts, directory.inventory);
  const unknown = entries.filter(({ owners }) => owners.joins.length === 0);
  const rows = [...facts.frontends, ...facts.balancers];
  const turnsOf = (entry: Entry) => turnsIn(rowOf(rows, entry));
  const asked = total(unnamed) + unknown.reduce((sum, entry) => sum + turnsOf(entry), 0);
  const written = total(facts.ownWebapps.filter(({ place }) => unclaimed.has(place)));
  const nobodyAbove = entries.length === 0 && unnamed.length === 0;
  // Users come to the webapps themselves where nobody else wrote of any.
  const isEntered = facts.ownFrontends.length + facts.balancers.length === 0;
  const tellers = [...new Set([...unnamed.map(({ teller }) => teller!), ...unknown.map(({ seen }) => seen.teller)])];
  const fits =
    nobodyAbove ||
    (hosts.length > new Set(unknown.map(({ seen }) => seen.place)).size && written >= ENOUGH_OWN * asked) ||
    entries.length === 0;
  const own = hosts.length > 0 && fits ? hosts : [];
  const left =
    own.length > 0
      ? {
          unplaced: { turns: Math.max(0, asked - written > 0.02 * asked ? asked - written : 0), tellers },
          shared: unknown.map(({ seen }) => ({ place: seen.place, hosts: own })),
          excess: isEntered ? 0 : Math.max(0, written - asked),
        }
      : {
          unplaced: { turns: total(unnamed), tellers: unnamed.map(({ teller }) => teller!) },
          shared: [],
          excess: asked === 0 ? 0 : Math.max(0, written - asked),
        };
  const pools = new Set([...unnamed.map(({ pool }) => pool), ...unknown.map(({ seen }) => seen.pool)]);
  return {
    own,
    replaced: own.length > 0 ? unknown : [],
    teller: tellers.length === 1 ? tellers[0]! : null,
    pool: pools.size === 1 ? [...pools][0]! : null,
    left,
  };
}

/**
 * Turns of frontends whose log names no upstream. A frontend that names them otherwise, or whose format does, answered by
 * itself: nobody's turn.
 */
export function unnamedTurns({ frontends }: Pick<Counts, 'frontends'>, { writers }: Directory['inventory']): Turns[] {
  const ofTeller = groupBy(
    frontends.filter(({ place }) => place !== ''),
    ({ teller }) => teller,
  );
  const named = (teller: string | null) => total(ofTeller.get(teller) ?? []);
  const whole = new Set(writers.filter(({ namesUpstreams }) => namesUpstreams).map(({ host }) => host));
  return frontends.filter(
    (row) =>
      row.place === '' && row.cells.length > 0 && !whole.has(row.teller ?? '') && turnsIn(row) > named(row.teller),
  );
}

/** What HAProxy answered without a server, or nginx when it found nobody in its pool. */
export function isUnserved({ place }: Pick<Turns, 'place'>): boolean {
  return place.startsWith('<');
}

/** Turns of which the server has a line, too: without those that the balancer answered itself. */
export function reached(row: Turns, answers: readonly BalancerAnswers[]): Cell[] {
  const own = answers.filter(
    (answer) =>
      !isUnserved(answer) && answer.teller === row.teller && answer.pool === row.pool && answer.place === row.place,
  );
  const less = new Map<number, number>();
  for (const { t, n } of own.flatMap(({ cells }) => cells)) less.set(t, (less.get(t) ?? 0) + n);
  return row.cells.map((cell) => ({ ...cell, n: Math.max(0, cell.n - (less.get(cell.t) ?? 0)) }));
}

function tiersOf({ servers }: Directory): (row: Turns) => PlaceTier {
  const tiers = new Map([...servers].reverse().map((entry) => [keyOfEntry(entry), entry.tier]));
  return ({ teller, pool, place }) => tiers.get(JSON.stringify([teller, pool, place])) ?? 'frontend';
}

function rowOf(rows: readonly Turns[], entry: Entry): Turns {
  const { teller, pool, place } = entry.seen;
  const byPlace = indexed(ROWS, rows, (row) => JSON.stringify([row.teller, row.pool, row.place]));
  return joinTurns(byPlace.get(keyOfEntry(entry)) ?? []) ?? emptyTurns(teller, pool, place);
}

const ROWS = new WeakMap<readonly Turns[], Map<string, Turns[]>>();
const OWN = new WeakMap<readonly Turns[], Map<string, Turns[]>>();
const WRITERS = new WeakMap<readonly WriterSeen[], Map<string, WriterSeen[]>>();

/** A list by key; lists that are asked of many places are gone through once. */
function indexed<T>(
  known: WeakMap<readonly T[], Map<string, T[]>>,
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, T[]> {
  const found = known.get(items) ?? groupBy(items, keyOf);
  known.set(items, found);
  return found;
}

export function emptyTurns(teller: string | null, pool: string | null, place: string): Turns {
  const none = { durationMs: 0, durations: 0, retries: 0, redirected: 0 };
  return { teller, pool, place, cells: [], classes: NO_CLASSES, ...none };
}

function ownPlace(host: string, tier: PlaceTier, rows: readonly Turns[], { inventory }: Directory): Place {
  const turns = joinTurns(indexed(OWN, rows, ({ place }) => place).get(host) ?? []) ?? emptyTurns(null, null, host);
  const all = indexed(WRITERS, inventory.writers, (writer) => writer.host).get(host) ?? [];
  const writers = all.filter((writer) => writer.tier === tier);
  const first = leastOf(writers.map((writer) => writer.first));
  const last = greatestOf(writers.map((writer) => writer.last));
  const place = { tier, teller: null, pool: null, name: host, host, join: null, writes: true, turns };
  return { ...place, id: idOf(place), seen: writers.length > 0 ? { first, last } : null };
}

/** One place, or one for each host that it was in turn. */
function placesOf(entry: Entry, row: Turns, counts: Counts): Place[] {
  const { seen, owners, tier } = entry;
  const turned = turnsIn(row);
  const pool = row.redirected * 2 > turned && turned > 0 ? `${seen.pool ?? ''} ↪` : seen.pool;
  const common = { tier, teller: seen.teller, pool, name: seen.place, seen: { first: seen.first, last: seen.last } };
  const [first, ...more] = owners.joins;
  if (!first) {
    const place = { ...common, host: entry.label, join: null, writes: false, turns: row };
    return [{ ...place, id: idOf(place) }];
  }
  const shares = more.length === 0 ? [row] : splitByOwner(row, owners.joins, counts);
  return owners.joins.map((join, i) => {
    const seenThen = { first: Math.max(seen.first, join.from), last: Math.min(seen.last, join.to) };
    const place = { ...common, host: join.host, join, writes: true, turns: shares[i]!, seen: seenThen };
    return { ...place, id: idOf(place) };
  });
}

function idOf({ tier, teller, pool, name, host }: Omit<Place, 'id' | 'seen'>): string {
  return JSON.stringify([tier, teller, pool, name, host]);
}

const keyOfEntry = ({ seen }: Entry) => JSON.stringify([seen.teller, seen.pool, seen.place]);

/** A step in which a place passed to another host is shared out at that moment. */
function splitByOwner(row: Turns, joins: readonly Join[], { passings = [] }: Counts): Turns[] {
  const cells: Cell[][] = joins.map(() => []);
  for (const cell of row.cells) {
    const owners = joins.flatMap(({ from, to }, i) => (cell.last >= from && cell.first < to ? [i] : []));
    let rest = cell;
    for (const i of owners.slice(0, -1)) {
      const before = cellBefore(joins[i]!.to, cell.t, row, passings);
      const taken = owners.slice(0, owners.indexOf(i)).flatMap((k) => cells[k]!.filter(({ t }) => t === cell.t));
      const own = before === null ? null : lessCells(before, taken);
      if (own === null || own.n === 0) continue;
      cells[i]!.push(own);
      rest = lessCells(rest, [own]);
    }
    if (rest.n > 0) cells[owners.at(-1) ?? 0]!.push(rest);
  }
  const whole = turnsIn(row);
  return joins.map((_, i) => {
    const own = turnsIn({ cells: cells[i]! });
    const part = whole > 0 ? own / whole : 0;
    const scaled = (n: number) => Math.round(n * part);
    const { s2xx, s3xx, s4xx, s5xx, other } = row.classes;
    return {
      ...row,
      cells: cells[i]!,
      classes: { s2xx: scaled(s2xx), s3xx: scaled(s3xx), s4xx: scaled(s4xx), s5xx: scaled(s5xx), other: scaled(other) },
      durationMs: row.durationMs * part,
      durations: scaled(row.durations),
      retries: scaled(row.retries),
    };
  });
}

function cellBefore(at: number, t: number, row: Turns, passings: readonly Passing[]): Cell | null {
  const rows = passings.find((passing) => passing.at === at && passing.t === t)?.rows ?? [];
  const own = rows.filter(
    ({ teller, pool, place }) => teller === row.teller && pool === row.pool && place === row.place,
  );
  return joinCells(own.map(({ cells }) => cells)).find((cell) => cell.t === t) ?? null;
}

/** The later part of a step, of which the earlier ones were counted by themselves. */
function lessCells(cell: Cell, parts: readonly Cell[]): Cell {
  const rest = { ...cell };
  for (const part of parts) {
    rest.n -= part.n;
    rest.failed -= part.failed;
    rest.hurt -= part.hurt;
    rest.first = Math.max(rest.first, part.last);
    rest.firstFailed = rest.failed > 0 ? Math.max(rest.firstFailed ?? 0, part.lastFailed ?? 0) : null;
    rest.lastFailed = rest.failed > 0 ? rest.lastFailed : null;
  }
  return rest;
}

function total(rows: readonly Turns[]): number {
  return rows.reduce((sum, row) => sum + turnsIn(row), 0);
}
