import { isOwnMachine, namesSomebody, splitAddress } from './address';
import { joinCells, turnsIn } from './cells';
import type { Counted } from './counted';
import type { Entry } from './directory';
import type { Cell, Evidence, Grid, PlaceTier, Turns, WriterSeen } from './evidence';
import { groupBy } from './groups';
import { entryOf } from './hurt';
import type { Join } from './joins';
import { lacking } from './lacking';
import { type Place, reached } from './places';
import type { States } from './states';
import { clocksOff, type Untold, untoldOf } from './untold';

/** Why counts may lack something, or stand at another's name: nobody is judged, or woken, by these. */
export interface Doubts {
  untold: Untold;
  behind: Behind[];
  lossy: { host: string; requests: number }[];
  unmatched: { hosts: string[]; places: string[] };
  handedOver: { place: string; hosts: string[] }[];
  /** Webapps whose lines alone tell of users: what one failed, and another answered, would be counted twice. */
  tried: string[];
}

export function doubtsOf(known: Counted): Doubts {
  return {
    untold: untoldOf(known),
    behind: behindOf(known),
    lossy: lossyFrontends(known),
    unmatched: unmatchedOf(known),
    handedOver: handedOver(known),
    tried: triedTwice(known),
  };
}

/** What was due to whom in a tier cannot be said for certain. */
export function isDueDoubted(
  {
    doubts,
    evidence,
    states,
    webapps,
  }: Pick<Counted, 'evidence' | 'webapps'> & { doubts: Doubts; states: Pick<States, 'webappsKnown'> },
  tier: PlaceTier,
): boolean {
  const { untold, behind, lossy, unmatched, handedOver: passed } = doubts;
  if (untold.hosts.length + behind.length + unmatched.hosts.length + passed.length > 0) return true;
  if (evidence.skews.length + (evidence.delays ?? []).length > 0) return true;
  if (tier === 'frontend') return false;
  const { unpooled = [], unplaced } = webapps;
  return !states.webappsKnown || lossy.length + unpooled.length + unplaced.turns > 0;
}

/** A place that leads to a host of which nothing says that it stands there itself. */
export interface Behind {
  place: string;
  host: string;
  /** It says that it listens elsewhere; else it did not write of all that was given to the place. */
  elsewhere: boolean;
}

/**
 * A request id that both wrote says that the place led to the host, not that the host stands there: a proxy that writes
 * nothing may stand between, or others beside it. The host's own address tells; where it tells none, that both counted the
 * same.
 */
function behindOf({ directory, evidence }: Counted): Behind[] {
  const entries = [...directory.servers, ...directory.upstreams];
  const rows = [...evidence.balancers, ...evidence.frontends];
  const own = groupBy(evidence.ownWebapps, ({ place }) => place);
  const off = clocksOff(evidence);
  const led = entries.flatMap((entry) =>
    entry.owners.joins
      .filter(({ kind, tier }) => kind === 'request_id' && tier === 'webapp')
      .map((join) => ({ entry, join })),
  );
  return [...groupBy(led, ({ join }) => join.host)].flatMap(([host, leads]): Behind[] => {
    // A service's address before webapps is theirs, if both counted the same; a balancer's server may be a silent frontend.
    const stands = leads.map(({ entry, join }) => {
      const isThere = standsThere(entry, join, directory.inventory.writers);
      return isThere === false && directory.upstreams.includes(entry) ? null : isThere;
    });
    if (stands.every((one) => one === true) || off.has(host)) return [];
    const wrong = leads.find((_, i) => stands[i] === false);
    if (wrong) return [{ place: wrong.entry.seen.place, host, elsewhere: true }];
    const given = joinCells(
      leads.flatMap(({ entry: { seen } }) =>
        rows
          .filter(({ teller, pool, place }) => teller === seen.teller && pool === seen.pool && place === seen.place)
          .map((row) => reached(row, evidence.answers)),
      ),
    );
    const written = joinCells((own.get(host) ?? []).map(({ cells }) => cells));
    if (agree(given, written, evidence.grid) || agreeWhileItWrote(given, written, evidence.grid)) return [];
    return [{ place: leads[stands.indexOf(null)]!.entry.seen.place, host, elsewhere: false }];
  });
}

/** null where neither says. */
function standsThere({ seen }: Entry, { host }: Join, writers: readonly WriterSeen[]): boolean | null {
  const addresses = seen.addresses?.map((one) => one.address) ?? [seen.address ?? seen.place];
  if (addresses.some(isOwnMachine)) return host === seen.teller ? true : null;
  const told = writers.filter((one) => one.tier === 'webapp' && one.host === host && namesSomebody(one.address));
  const places = addresses.map(splitAddress).filter(({ port }) => port !== null);
  if (told.length === 0 || places.length === 0) return null;
  return told.some((one) =>
    places.some(({ address, port }) => one.address === address && (one.port === null || one.port === port)),
  );
}

/** What was answered without an error was written of by both. */
function agree(given: readonly Cell[], written: readonly Cell[], grid: Grid): boolean {
  const good = (cells: readonly Cell[]) => cells.map((cell) => ({ ...cell, n: cell.n - cell.failed }));
  return lacking(good(given), written, grid) === 0 && lacking(good(written), given, grid) === 0;
}

/** A host that wrote nothing for so long has fallen silent; less may be single lines that were lost. */
const SILENT_MS = 60_000;
/** So many turns of which both wrote say that nobody else stands there. */
const MANY = 20;

/**
 * All that one lacks is of times when the host wrote nothing at all: it fell silent, and nobody else shares its place. At
 * the edges of a silence a step may hold both.
 */
function agreeWhileItWrote(given: readonly Cell[], written: readonly Cell[], grid: Grid): boolean {
  const cells = [...written].filter(({ n }) => n > 0).sort((a, b) => a.t - b.t);
  const ends = [...cells.slice(1).map(({ first }) => first), Number.POSITIVE_INFINITY];
  const silences = cells
    .map(({ last }, i) => ({ from: last, to: ends[i] as number }))
    .filter(({ from, to }) => to - from >= SILENT_MS);
  const isBeside = ({ t }: Cell) => !silences.some(({ from, to }) => t + grid.interval > from && t <= to);
  const [some, same] = [given.filter(isBeside), written.filter(isBeside)];
  return some.reduce((sum, { n, failed }) => sum + n - failed, 0) >= MANY && agree(some, same, grid);
}

/** Frontends that wrote of fewer requests than their balancers gave them: what they passed on is not all told. */
function lossyFrontends({ frontends, evidence }: Counted): { host: string; requests: number }[] {
  if (frontends.source !== 'balancer') return [];
  const off = clocksOff(evidence);
  const own = groupBy(evidence.ownFrontends, ({ place }) => place);
  const writers = new Set(evidence.inventory.writers.filter(({ tier }) => tier === 'frontend').map(({ host }) => host));
  return [...groupBy(frontends.places, ({ host }) => host)].flatMap(([host, places]) => {
    if (!writers.has(host) || off.has(host) || places.some(({ join }) => join === null)) return [];
    const given = joinCells(places.map(({ turns }) => reached(turns, evidence.answers)));
    const written = joinCells((own.get(host) ?? []).map(({ cells }) => cells));
    const requests = lacking(given, written, evidence.grid);
    return requests > 0 ? [{ host, requests }] : [];
  });
}

/** Hosts whose lines are those of no known place, and places that are no known host's, which do not fit one by one. */
function unmatchedOf({ frontends, webapps, evidence, directory }: Counted): Doubts['unmatched'] {
  const front = frontends.source === 'balancer' ? unmatchedIn(frontends.places, evidence.ownFrontends, evidence) : NONE;
  if (front.hosts.length > 0) return front;
  const isEntered = directory.servers.length === 0 && directory.upstreams.length === 0;
  return isEntered ? NONE : unmatchedIn(webapps.places, evidence.ownWebapps, evidence);
}

const NONE: Doubts['unmatched'] = { hosts: [], places: [] };

function unmatchedIn(all: readonly Place[], own: readonly Turns[], { grid, answers }: Evidence): Doubts['unmatched'] {
  const claimed = new Set(all.filter(({ writes }) => writes).map(({ host }) => host));
  const written = groupBy(
    own.filter(({ place, cells }) => !claimed.has(place) && cells.length > 0),
    ({ place }) => place,
  );
  const unknown = groupBy(
    all.filter(({ join, writes, turns }) => join === null && !writes && turnsIn(turns) > 0),
    ({ name }) => name,
  );
  const left = new Map(unknown);
  for (const rows of written.values()) {
    const cells = joinCells(rows.map((row) => row.cells));
    const same = [...left].find(([, places]) =>
      agree(joinCells(places.map(({ turns }) => reached(turns, answers))), cells, grid),
    );
    if (!same) return { hosts: [...written.keys()].sort(), places: [...unknown.keys()].sort() };
    left.delete(same[0]);
  }
  return NONE;
}

/** Places that passed from one host to another, and which of them took some turns is not known. */
function handedOver({ frontends, webapps, evidence }: Counted): { place: string; hosts: string[] }[] {
  const own = groupBy([...evidence.ownFrontends, ...evidence.ownWebapps], ({ place }) => place);
  const all = [...frontends.places, ...webapps.places].filter(({ join }) => join !== null);
  const entries = groupBy(all, ({ tier, teller, name }) => JSON.stringify([tier, teller, name]));
  const passed = [...entries.values()].filter((places) => new Set(places.map(({ host }) => host)).size > 1);
  const hosts = new Set(passed.flatMap((places) => places.map(({ host }) => host)));
  const wrong = [...hosts].filter((host) => {
    const given = all.filter((place) => place.host === host).reduce((sum, { turns }) => sum + turnsIn(turns), 0);
    return given !== (own.get(host) ?? []).reduce((sum, row) => sum + turnsIn(row), 0);
  });
  return passed.flatMap((places) => {
    const some = places.filter(({ host }) => wrong.includes(host)).map(({ host }) => host);
    return some.length > 0 ? [{ place: places[0]!.name, hosts: [...new Set(places.map(({ host }) => host))] }] : [];
  });
}

/** Where nobody above writes, a proxy may have given a failed request to a second webapp, and both wrote of it. */
function triedTwice({ frontends, evidence }: Counted): string[] {
  if (entryOf(frontends, evidence) !== 'webapps') return [];
  const hosts = evidence.ownWebapps.filter((row) => turnsIn(row) > 0);
  const failed = hosts.filter(({ cells }) => cells.some((cell) => cell.failed > 0));
  return hosts.length > 1 ? failed.map(({ place }) => place).sort() : [];
}
