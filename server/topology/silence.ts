import type { Settings } from '../settings';
import { turnsDuring, turnsIn } from './cells';
import type { Evidence, Life, PlaceTier } from './evidence';
import { greatestOf, groupBy, leastOf } from './groups';
import { ofHost } from './of_host';
import { dueIn } from './pace';
import { goodTurns } from './peers';
import type { Place, Tier } from './places';
import { lengthOf, type Span, subtract, unite } from './spans';
import type { States } from './states';

/** A writer that has written, of which lines were due, and none came. */
export interface Silence extends Span {
  host: string;
  tier: PlaceTier;
  open: boolean;
  /** Turns that the tier above gave it meanwhile, and who says so; null where nobody counts its turns. */
  turns: number;
  saidBy: string | null;
}

/** None where so many were due happens by chance once in 22,000 times (e^-10, a Poisson count of none). */
const DUE_LINES = 10;
/** A writer's own pace is taken from so long before. */
const PACE_MS = 15 * 60_000;
/** As often as the longest pause before. */
const PAUSES = 1.5;
/** Who begins when another ends took its place. */
const HANDOVER_MS = 120_000;

export interface SilenceInput {
  evidence: Evidence;
  frontends: Tier;
  webapps: Tier;
  states: States;
  settings: Settings;
  /** Hosts at whose places others may stand. */
  doubts: { behind: readonly { host: string }[] };
}

export function silencesOf(input: SilenceInput): Silence[] {
  const { evidence, frontends, webapps, states } = input;
  // Turns of a place that may be another's are no sign that lines were due.
  const doubted = new Set(input.doubts.behind.map(({ host }) => host));
  return (['frontend', 'webapp'] as const).flatMap((tier) => {
    const { places, source } = tier === 'frontend' ? frontends : webapps;
    const counted = source !== (tier === 'frontend' ? 'frontends' : 'webapps');
    const placesOf = groupBy(
      places.filter((place) => place.teller !== null && place.tier === tier),
      ({ host }) => host,
    );
    return writersOf(tier, evidence).flatMap((host) => {
      const own = placesOf.get(host) ?? [];
      if (own.length > 0 && tier === 'webapp' && doubted.has(host)) return [];
      // Nothing of it came any more, and its balancer does not speak of servers: its own pace alone says that lines are missing.
      const vanished = states.gone.some((one) => one.host === host);
      if (own.length > 0 && !vanished) return toldSilences(host, tier, own, input);
      return counted && !vanished ? [] : untoldSilences(host, tier, input);
    });
  });
}

function writersOf(tier: PlaceTier, { lives, inventory }: Evidence): string[] {
  const written = [...lives, ...inventory.writers].filter((one) => one.tier === tier).map(({ host }) => host);
  const probed = tier === 'frontend' ? inventory.monitors.map(({ host }) => host) : [];
  return [...new Set([...written, ...probed])];
}

export function signsOf(host: string, lives: readonly Life[], tier?: PlaceTier): Span[] {
  return lives
    .filter((life) => life.host === host && (tier === undefined || life.tier === tier))
    .flatMap(({ cells }) => cells.map(({ first, last }) => ({ from: first, to: last })));
}

/** Stretches without a sign of at least `minMs`: from the last line before to the first one after. */
export function quietSpans(signs: readonly Span[], window: Span, minMs: number): Span[] {
  // The moment of a sign belongs to it: half-open spans would lose those of one line.
  return subtract([window], unite(signs.map(({ from, to }) => ({ from, to: to + 1 }))))
    .map(({ from, to }) => ({ from: from > window.from ? from - 1 : from, to }))
    .filter(({ from, to }) => to - from >= minMs);
}

function settled({ window, settledTo }: Evidence): Span {
  return { from: window.from, to: Math.max(window.from, settledTo) };
}

/** The tier above counted its turns: as many lines were due. */
function toldSilences(host: string, tier: PlaceTier, places: readonly Place[], input: SilenceInput): Silence[] {
  const { evidence, settings, states } = input;
  const window = settled(evidence);
  const mine = ofHost(evidence, host);
  const signs = signsOf(host, mine.lives, tier);
  // Who wrote nothing in the range must have written before it.
  const wrote = signs.length > 0 || mine.inventory.writers.some((w) => w.tier === tier);
  if (!wrote) return [];
  if (places.every(({ join }) => join?.certainty === 'assumed') && hasUnclaimed(tier, input)) return [];
  const written = loggedShare(host, tier, places, { ...input, evidence: mine });
  return quietSpans(signs, window, settings.silent_after_s * 1000).flatMap((span): Silence[] => {
    const inner = { from: span.from + 1, to: span.to - 1 };
    const outs = states.chains
      .filter((out) => out.host === host && out.tier === tier)
      .map(({ from, to }) => ({ from, to: to ?? window.to }));
    const told = places.filter((place) => turnsDuring(place.turns.cells, inner, evidence.grid) > 0);
    const turns = subtract([inner], outs)
      .map((part) => told.reduce((sum, place) => sum + goodTurns(place, part, evidence.grid), 0))
      .reduce((a, b) => a + b, 0);
    if (turns * written < DUE_LINES) return [];
    const saidBy = [...new Set(told.map(({ teller }) => teller!))].sort().join(', ');
    return [{ host, tier, ...span, open: span.to >= window.to, turns: Math.floor(turns), saidBy }];
  });
}

/** Somebody writes of whom no place is known: a place that is taken for a host by its name alone may be that one's. */
function hasUnclaimed(tier: PlaceTier, { evidence, frontends, webapps }: SilenceInput): boolean {
  const { places } = tier === 'frontend' ? frontends : webapps;
  const claimed = new Set(places.filter(({ join }) => join !== null).map(({ host }) => host));
  const own = tier === 'frontend' ? evidence.ownFrontends : evidence.ownWebapps;
  const written = own.filter(({ cells }) => cells.length > 0).map(({ place }) => place);
  return [...written, ...evidence.skews.map(({ host }) => host)].some((host) => !claimed.has(host));
}

/** Of the turns that it was given: how many it wrote of, at the times when it wrote. */
function loggedShare(host: string, tier: PlaceTier, places: readonly Place[], { evidence }: SilenceInput): number {
  const rows = tier === 'frontend' ? evidence.ownFrontends : evidence.ownWebapps;
  const own = rows.filter(({ place }) => place === host);
  const lines = own.reduce((sum, row) => sum + turnsIn(row), 0);
  if (lines === 0) return 1;
  const [first, last] = [own.flatMap(({ cells }) => cells)[0]!.first, own.flatMap(({ cells }) => cells).at(-1)!.last];
  const turns = places.reduce(
    (sum, place) => sum + turnsDuring(place.turns.cells, { from: first, to: last + 1 }, evidence.grid),
    0,
  );
  return turns > 0 ? Math.min(1, Math.max(0.01, lines / turns)) : 1;
}

/**
 * Nobody counts its turns. Then lines were due at its own pace, if those that write now wrote beside it before: of a pair of
 * which one takes over from the other nothing is due to the other.
 */
function untoldSilences(host: string, tier: PlaceTier, input: SilenceInput): Silence[] {
  const { evidence, settings, states } = input;
  const window = settled(evidence);
  const own = signsOf(host, ofHost(evidence, host).lives, tier);
  const before = lastBefore(host, tier, ofHost(evidence, host));
  const isOut = ({ from, to }: Span) =>
    states.chains.some((out) => out.host === host && out.from < to && (out.to ?? window.to) > from);
  return quietSpans(own, window, settings.silent_after_s * 1000)
    .filter((span) => !isOut(span))
    .filter((span) => isLongest(span, own))
    .flatMap((span): Silence[] => {
      const begins = span.from <= window.from && before !== null ? Math.min(before, span.from) : span.from;
      if (span.from <= window.from && before === null) return [];
      if (!wasMissed(host, tier, { from: begins, to: span.to }, span, evidence)) return [];
      return [{ host, tier, from: begins, to: span.to, open: span.to >= window.to, turns: 0, saidBy: null }];
    });
}

/** Whoever comes and goes paused before: longer than that, or it is the same again. */
function isLongest({ from, to }: Span, signs: readonly Span[]): boolean {
  const before = unite(signs.filter((sign) => sign.to <= from));
  const gaps = before.slice(1).map((sign, i) => sign.from - before[i]!.to);
  return to - from >= PAUSES * Math.max(0, ...gaps);
}

/** Its last sign before the window; null where none is known. */
function lastBefore(host: string, tier: PlaceTier, { inventory, window }: Evidence): number | null {
  const lasts = [
    ...inventory.writers
      .filter((w) => w.host === host && w.tier === tier && w.first < window.from)
      .map(({ last }) => last),
    ...(tier === 'frontend'
      ? inventory.monitors.filter((m) => m.host === host && m.first < window.from).map((m) => m.last)
      : []),
  ];
  return lasts.length > 0 ? Math.min(window.from, Math.max(...lasts)) : null;
}

interface Pace {
  host: string;
  first: number;
  /** Lines a millisecond before the silence. */
  rate: number;
  /** Lines by which that is known, and in how long. */
  seen: { n: number; ms: number };
  during: number;
}

function wasMissed(host: string, tier: PlaceTier, silence: Span, inWindow: Span, evidence: Evidence): boolean {
  const mine = paceOf(host, tier, silence, inWindow, ofHost(evidence, host));
  if (mine.rate * (silence.to - silence.from) < DUE_LINES) return false;
  const same = writersOf(tier, evidence).filter((other) => other !== host);
  // Beside the only frontend its webapps go on.
  const isOnly =
    same.length === 0 && evidence.inventory.writers.some((one) => one.tier === 'frontend' && one.host === host);
  const compared = isOnly ? 'webapp' : tier;
  const others = (isOnly ? writersOf('webapp', evidence) : same)
    .filter((other) => other !== host)
    .map((other) => paceOf(other, compared, silence, inWindow, ofHost(evidence, other)));
  const at = others.filter(({ during }) => during > 0);
  const beside = at.filter(({ first, rate }) => first < silence.from - HANDOVER_MS / 2 && rate > 0);
  const replaced = at.some(({ first }) => Math.abs(first - silence.from) <= HANDOVER_MS);
  if (beside.length === 0 || replaced) return false;
  const length = inWindow.to - inWindow.from;
  const now = beside.reduce((sum, { during }) => sum + during, 0) / Math.max(1, length);
  const then = beside.reduce((sum, { rate }) => sum + rate, 0);
  const due = dueIn((silence.to - silence.from) * Math.min(1, then > 0 ? now / then : 1), mine.seen);
  return due >= DUE_LINES && busyMostly(beside, compared, inWindow, evidence);
}

/** All being quiet is a quiet site: the others must have been at work most of the time. */
function busyMostly(others: readonly Pace[], tier: PlaceTier, span: Span, evidence: Evidence): boolean {
  const signs = others
    .flatMap(({ host }) => signsOf(host, ofHost(evidence, host).lives, tier))
    .filter(({ from, to }) => to >= span.from && from <= span.to);
  const quiet = quietSpans(signs, span, Math.max(60_000, (span.to - span.from) / 10));
  return lengthOf(quiet) < (span.to - span.from) / 2;
}

function paceOf(host: string, tier: PlaceTier, silence: Span, inWindow: Span, evidence: Evidence): Pace {
  const { lives, inventory } = evidence;
  // The same lines by the time that they bear and by that of their receipt: counted once.
  const each = lives.filter((life) => life.host === host && life.tier === tier).map((life) => life.cells);
  const most = (count: (cells: Life['cells']) => number) => Math.max(0, ...each.map(count));
  const seen = [
    ...inventory.writers.filter((w) => w.host === host && w.tier === tier),
    ...(tier === 'frontend' ? inventory.monitors.filter((m) => m.host === host) : []),
  ];
  const first = Math.min(leastOf(each.flat().map((cell) => cell.first)), leastOf(seen.map((one) => one.first)));
  const during = most((cells) => sumOf(cells.filter((cell) => cell.first >= inWindow.from && cell.last < inWindow.to)));
  const isNear = (cell: { first: number; last: number }) =>
    cell.last <= silence.from && cell.first >= silence.from - PACE_MS;
  const begin = leastOf(
    each
      .flat()
      .filter(isNear)
      .map((cell) => cell.first),
  );
  const lines = most((cells) => sumOf(cells.filter(isNear)));
  const asked = requestsOf(host, tier, isNear, evidence);
  // What a request makes a host write comes in a heap: requests come one by one, and tell how likely none is.
  const n = asked > 0 ? Math.min(asked, lines) : lines;
  if (n >= 2) {
    const ms = Math.max(1, silence.from - begin);
    return { host, first, during, rate: n / ms, seen: { n, ms } };
  }
  const all = seen.filter((one) => one.n >= 2 && one.last > one.first);
  const rate = all.reduce((sum, one) => sum + one.n / (one.last - one.first), 0);
  const known = sumOf(all);
  return { host, first, during, rate, seen: { n: known, ms: rate > 0 ? known / rate : 1 } };
}

const sumOf = (cells: readonly { n: number }[]) => cells.reduce((sum, { n }) => sum + n, 0);

/** Users' requests and probes that it wrote of at some time. */
function requestsOf(
  host: string,
  tier: PlaceTier,
  isThen: (part: { first: number; last: number }) => boolean,
  { ownFrontends, ownWebapps, probes }: Evidence,
): number {
  const own = (tier === 'frontend' ? ownFrontends : ownWebapps).filter(({ place }) => place === host);
  const probed = probes.filter((series) => series.host === host).flatMap(({ runs }) => runs);
  return sumOf(own.flatMap(({ cells }) => cells.filter(isThen))) + sumOf(probed.filter(isThen));
}

/** Since when nobody writes anything any more; null while somebody does, or where none was due yet. */
export function allSilentSince({ evidence, settings }: Pick<SilenceInput, 'evidence' | 'settings'>): number | null {
  const window = settled(evidence);
  const { newest } = evidence;
  const cells = evidence.lives.flatMap((life) => life.cells);
  const last = Math.max(newest ?? Number.NEGATIVE_INFINITY, greatestOf(cells.map((cell) => cell.last)));
  // What fell silent a day ago is known, or is gone.
  if (!Number.isFinite(last) || last >= window.to || window.to - last > 24 * 3_600_000) return null;
  const quiet = window.to - last;
  if (quiet < settings.silent_after_s * 1000) return null;
  const near = cells.filter((cell) => cell.last > last - PACE_MS);
  const n = near.reduce((sum, cell) => sum + cell.n, 0);
  const begin = leastOf(near.map(({ first }) => first));
  const seen = evidence.inventory.writers;
  const before = seen.reduce((sum, one) => sum + (one.last > one.first ? one.n / (one.last - one.first) : 0), 0);
  const pace =
    n >= 2 && last > begin ? { n, ms: last - begin } : { n: sumOf(seen), ms: before > 0 ? sumOf(seen) / before : 0 };
  // Older than what was looked at: whatever the pace was, an hour without any line is no pause.
  const due = pace.n > 0 && pace.ms > 0 ? dueIn(quiet, pace) : quiet >= 3_600_000 ? DUE_LINES : 0;
  return due >= DUE_LINES ? last : null;
}

/** Lines of the last seconds before all fell silent may have been on their way. */
const ON_THE_WAY_MS = 10_000;

/**
 * Up to when all lines are there, if the newest line of all was stored at `stored` and it is `now`: where none came since,
 * though many were due, what was written shortly before that did not all come either.
 */
export function settledUntil(evidence: Evidence, settings: Settings, stored: number | null, now: number): number {
  const { settledTo, lives } = evidence;
  if (stored === null || stored >= settledTo + settings.in_flight_s * 1000) return settledTo;
  const cells = lives.flatMap((life) => life.cells).filter(({ last }) => last > stored - PACE_MS && last <= stored);
  const n = cells.reduce((sum, cell) => sum + cell.n, 0);
  const begin = leastOf(cells.map(({ first }) => first));
  if (n < 2 || now - stored > 24 * 3_600_000 || now - stored < settings.silent_after_s * 1000) return settledTo;
  return dueIn(now - stored, { n, ms: stored - begin }) >= DUE_LINES
    ? Math.min(settledTo, stored - ON_THE_WAY_MS)
    : settledTo;
}
