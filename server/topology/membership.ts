import { turnsDuring } from './cells';
import type { Evidence } from './evidence';
import { groupBy } from './groups';
import { poolKey, poolsOf } from './peers';
import type { Place } from './places';
import { clip, type Span, subtract, unite } from './spans';
import type { States } from './states';

/** So many turns missed in a row are no chance: nobody who was in the pool would have got none. */
const BEYOND_CHANCE = 20;
const ENOUGH_FOR_MORE = 50;
/** Fewer than this missed before its first or after its last turn say nothing: it was there. */
const HARDLY_MISSED = 5;

export interface Membership {
  /** When it belonged to its pool: from its first sign to its last. */
  spans: Span[];
  /** It belongs, and was given nothing though turns were due: a backup, weight 0, or left out. */
  idle: boolean;
  /** At its begin or end: more turns went by it than chance often does, and fewer than it never does. */
  unsure: Span[];
}

/**
 * A place is a member from its first sign (a turn, a probe of its balancer that passed, an absence that somebody told of) to
 * its last. In between it is not, where so many turns went by without any sign that this cannot be chance.
 */
export function membershipOf(places: readonly Place[], states: States, evidence: Evidence): Map<string, Membership> {
  const pools = poolsOf(places);
  const found = new Map<string, Membership>();
  const chains = groupBy(states.chains, ({ place }) => place);
  const hosts = groupBy(places, hostKey);
  for (const place of places) {
    const elsewhere = (hosts.get(hostKey(place)) ?? []).filter((other) => poolKey(other) !== poolKey(place));
    const pool = pools.get(poolKey(place)) ?? [];
    found.set(place.id, memberSpans(place, pool, elsewhere, chains.get(place.id) ?? [], states, evidence));
  }
  return found;
}

const hostKey = ({ tier, host }: Place) => JSON.stringify([tier, host]);

function memberSpans(
  place: Place,
  pool: readonly Place[],
  elsewhere: readonly Place[],
  chains: States['chains'],
  states: States,
  evidence: Evidence,
): Membership {
  const { window } = evidence;
  const outs = chains.map(({ from, to }) => ({
    from: Math.max(from, window.from),
    to: Math.min(to ?? window.to, window.to),
  }));
  const probed = probedSpans(place, states, evidence);
  const { spans: turned, unsure } = turnedSpans(place, pool, elsewhere, evidence);
  const all = unite([...turned, ...probed, ...outs]).filter(({ from, to }) => from < to);
  // An address that passed from one host to another is each one's while it is.
  const spans = place.join === null ? all : clip(all, place.join);
  // What else tells of it there, tells that it was there.
  const hazy = subtract(unsure, [...probed, ...outs]);
  // Where nobody gives turns nothing is due; an address that passed on has an end of its own.
  const isOpen = place.teller !== null && (place.join === null || !passedOn(place.join));
  return { spans, unsure: isOpen ? hazy : [], idle: turned.length === 0 && spans.length > 0 && outs.length === 0 };
}

function passedOn({ from, to }: Span): boolean {
  return Number.isFinite(from) || Number.isFinite(to);
}

/** Stretches of turns, split where the pool's turns went by it; an end at which it missed next to nothing is none. */
function turnedSpans(
  place: Place,
  pool: readonly Place[],
  elsewhere: readonly Place[],
  { window, grid }: Evidence,
): { spans: Span[]; unsure: Span[] } {
  const cells = place.turns.cells.filter(({ n }) => n > 0);
  if (cells.length === 0) return { spans: [], unsure: [] };
  const peers = pool.filter(({ id }) => id !== place.id);
  const others = (span: Span) => peers.reduce((sum, { turns }) => sum + turnsDuring(turns.cells, span, grid), 0);
  // Its own part of what the others get, whatever that is: a trickle misses nothing for long.
  const hull = { from: cells[0]!.first, to: cells.at(-1)!.last + 1 };
  const all = others(hull);
  const own = cells.reduce((sum, { n }) => sum + n, 0);
  const seen = all > 0 ? own / all : 1 / Math.max(1, peers.length);
  // That it gets more than all others together is not told by a few turns.
  const part = own >= ENOUGH_FOR_MORE ? seen : Math.min(1, seen);
  const isGap = (from: number, to: number) => to - from >= 1000 && part * others({ from, to }) >= BEYOND_CHANCE;
  const stretches: { from: number; to: number; n: number }[] = [];
  for (const { first, last, n } of cells) {
    const open = stretches.at(-1);
    if (open && !isGap(open.to + 1, first)) {
      open.to = Math.max(open.to, last);
      open.n += n;
    } else stretches.push({ from: first, to: last, n });
  }
  const missed = (from: number, to: number) => part * others({ from, to });
  const theirs = elsewhere.flatMap(({ turns }) => turns.cells.filter(({ n }) => n > 0));
  const there = {
    first: Math.min(...theirs.map(({ first }) => first)),
    last: Math.max(...theirs.map(({ last }) => last)),
  };
  const unsure: Span[] = [];
  const spans = stretches.map(({ from, to, n }, i) => {
    const pace = Math.max(1, n > 1 ? (to - from) / (n - 1) : 1);
    // Who takes turns elsewhere at that time has not come, or gone, with its first or last one here: that may be chance.
    const before = i === 0 ? missed(window.from, from) : Number.POSITIVE_INFINITY;
    const begin = before < BEYOND_CHANCE ? Math.min(from, there.first) : from;
    // Who was seen before the range has not come in it.
    const hardly = place.seen !== null && place.seen.first < window.from ? BEYOND_CHANCE : HARDLY_MISSED;
    const begins = i === 0 && missed(window.from, begin) < hardly ? window.from : Math.max(window.from, begin - pace);
    const last = i === stretches.length - 1;
    const after = last ? missed(to + 1, window.to) : Number.POSITIVE_INFINITY;
    const end = after < BEYOND_CHANCE ? Math.max(to, there.last) : to;
    const ends = last && missed(end + 1, window.to) < HARDLY_MISSED ? window.to : Math.min(window.to, end + pace);
    if (i === 0 && begins > window.from && before < BEYOND_CHANCE) unsure.push({ from: window.from, to: from });
    if (last && ends < window.to && after < BEYOND_CHANCE) unsure.push({ from: to, to: window.to });
    return { from: begins, to: ends };
  });
  return { spans, unsure };
}

/** Times in which its balancer's own monitor probed it and let it pass. */
function probedSpans(place: Place, { monitors }: States, { window }: Evidence): Span[] {
  if (place.tier !== 'frontend') return [];
  return monitors
    .filter(({ foreign }) => foreign === null)
    .flatMap(({ hosts }) => {
      const life = hosts.get(place.host);
      return life ? [{ from: Math.max(window.from, life.from), to: Math.min(window.to, life.to) }] : [];
    })
    .filter(({ from, to }) => from < to);
}
