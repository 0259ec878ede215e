import type { Settings } from '../settings';
import { rowOf, turnsDuring } from './cells';
import type { Evidence, Grid } from './evidence';
import type { Membership } from './membership';
import { poolsOf } from './peers';
import type { Place } from './places';
import { clip, lengthOf, type Span, subtract } from './spans';
import { type States, serverKey } from './states';

/** What one place got, and what was due to it, of its own pool's turns. */
export interface Dues {
  place: Place;
  got: number;
  due: number;
  /** As if nobody had ever been out. */
  equal: number;
  /** By step of the grid. */
  rows: { got: number[]; due: number[] };
  weight: number;
  weightKnown: boolean;
  backup: boolean;
  /** In its pool, yet nothing was given to it: nobody says why. */
  idle: boolean;
  /** Share of its pool's turns of which it is known what was due. */
  known: number;
  /** Of the time of its membership. */
  inPoolMs: number;
  outMs: number;
  /** Turns of its pool in all. */
  poolTurns: number;
}

const ENOUGH_TO_MISS = 20;
/** A place that got less than this of what was due while others served is no primary. */
const HARDLY = 0.02;

interface Member {
  place: Place;
  spans: Span[];
  outs: Span[];
  weight: number;
  weightKnown: boolean;
  backup: boolean;
  idle: boolean;
}

/** Each pool by itself: its turns are shared out, step by step, among those who were in it at that moment. */
export function duesOf(
  places: readonly Place[],
  memberships: ReadonlyMap<string, Membership>,
  states: States,
  evidence: Pick<Evidence, 'window' | 'grid'>,
  settings: Settings,
  /** Turns of what the page searches for; by default all. */
  counted: (place: Place) => Place['turns']['cells'] = ({ turns }) => turns.cells,
): Dues[] {
  return [...poolsOf(places).values()].flatMap((pool) => {
    const members = pool.map((place) => memberOf(place, memberships.get(place.id), states, evidence, settings));
    markBackups(members, evidence);
    return duesOfPool(members, states, evidence, counted);
  });
}

function memberOf(
  place: Place,
  membership: Membership | undefined,
  states: States,
  { window }: Pick<Evidence, 'window'>,
  { weights }: Settings,
): Member {
  const weight = weights[place.name] ?? weights[place.host];
  const outs = clip(
    states.chains.filter((out) => out.place === place.id),
    window,
  );
  const server = serverKey(place.teller ?? '', place.pool, place.name);
  return {
    place,
    spans: membership?.spans ?? [],
    outs,
    weight: weight ?? 1,
    weightKnown: weight !== undefined,
    backup: states.backups.has(server),
    idle: membership?.idle ?? false,
  };
}

/** Whoever took turns only while nobody else could is a backup (nginx's and HAProxy's `backup`). */
function markBackups(members: readonly Member[], { window, grid }: Pick<Evidence, 'window' | 'grid'>): void {
  for (const member of members.filter(({ backup }) => !backup)) {
    const others = members.filter((other) => other !== member && !other.backup);
    const alone = others.length === 0 ? [] : othersAway(others, window);
    const beside = subtract(subtract(member.spans, member.outs), alone);
    const mean = beside.reduce((sum, span) => sum + meanOf(others, span, grid), 0);
    const got = beside.reduce((sum, span) => sum + turnsDuring(member.place.turns.cells, span, grid), 0);
    const spare = alone.reduce((sum, span) => sum + turnsDuring(member.place.turns.cells, span, grid), 0);
    if (mean < ENOUGH_TO_MISS || got > HARDLY * mean) continue;
    if (spare > got) member.backup = true;
    else member.idle = true;
  }
}

/** When none of them was in its pool. */
function othersAway(others: readonly Member[], window: Span): Span[] {
  return others.map(({ spans, outs }) => subtract([window], subtract(spans, outs))).reduce((a, b) => overlap(a, b));
}

function overlap(a: readonly Span[], b: readonly Span[]): Span[] {
  return subtract(a, subtract(a, b));
}

function meanOf(members: readonly Member[], span: Span, grid: Grid): number {
  const counts = members.map(({ place }) => turnsDuring(place.turns.cells, span, grid)).filter((n) => n > 0);
  return counts.length > 0 ? counts.reduce((a, b) => a + b, 0) / counts.length : 0;
}

function duesOfPool(
  members: readonly Member[],
  states: States,
  { window, grid }: Pick<Evidence, 'window' | 'grid'>,
  counted: (place: Place) => Place['turns']['cells'],
): Dues[] {
  const rows = members.map(({ place }) => rowOf(counted(place), grid));
  const [first] = members;
  const unread = clip(states.unread.get(first?.place.id ?? '') ?? [], window);
  const unclear = [...clip(states.unclear.get(first?.place.id ?? '') ?? [], window), ...unread];
  const edges = [
    ...new Set(members.flatMap(({ spans, outs }) => [...spans, ...outs]).flatMap(({ from, to }) => [from, to])),
  ].sort((a, b) => a - b);
  const due = members.map(() => grid.times.map(() => 0));
  const equal = members.map(() => 0);
  let known = 0;
  let all = 0;
  grid.times.forEach((start, t) => {
    const step = { from: Math.max(start, window.from), to: Math.min(start + grid.interval, window.to) };
    const demand = rows.reduce((sum, row) => sum + row[t]!, 0);
    const length = step.to - step.from;
    if (demand === 0 || length <= 0) return;
    const hazy = Math.min(1, lengthOf(clip(unclear, step)) / length);
    all += demand;
    known += demand * (1 - Math.min(1, lengthOf(clip(unread, step)) / length));
    members.forEach((_, i) => {
      // What was due is not known: what was given stands for it, so that nobody is judged by it.
      due[i]![t]! += rows[i]![t]! * hazy;
      equal[i]! += rows[i]![t]! * hazy;
    });
    const cuts = [step.from, ...edges.filter((edge) => edge > step.from && edge < step.to), step.to];
    for (let k = 0; k + 1 < cuts.length; k++) {
      const part = (demand * (1 - hazy) * (cuts[k + 1]! - cuts[k]!)) / length;
      const at = cuts[k]!;
      sharesAt(members, at, true, rows, t).forEach((share, i) => {
        due[i]![t]! += part * share;
      });
      sharesAt(members, at, false, rows, t).forEach((share, i) => {
        equal[i]! += part * share;
      });
    }
  });
  return members.map(({ place, spans, outs, weight, weightKnown, backup, idle }, i) => {
    const got = rows[i]!.reduce((a, b) => a + b, 0);
    const outMs = lengthOf(outs);
    return {
      place,
      got,
      due: due[i]!.reduce((a, b) => a + b, 0),
      equal: equal[i]!,
      rows: { got: rows[i]!, due: due[i]! },
      weight,
      weightKnown,
      backup,
      idle,
      known: all > 0 ? known / all : 1,
      inPoolMs: Math.max(0, lengthOf(spans) - outMs),
      outMs,
      poolTurns: all,
    };
  });
}

/** Equal by weight among those who are in; backups only when nobody else is; when nobody is, nobody can be preferred. */
function sharesAt(members: readonly Member[], t: number, withOuts: boolean, rows: number[][], step: number): number[] {
  const inside = (spans: readonly Span[]) => spans.some(({ from, to }) => from <= t && t < to);
  const here = members.map(({ spans, outs }) => inside(spans) && !(withOuts && inside(outs)));
  const primaries = members.map(({ backup, idle }, i) => here[i]! && !backup && !idle);
  const backups = members.map(({ backup }, i) => here[i]! && backup);
  const anyone = members.map(({ spans }) => inside(spans));
  const eligible = [primaries, backups, anyone].find((set) => set.includes(true));
  if (!eligible) {
    // Nobody was known to be there; whoever took turns was.
    const sum = rows.reduce((total, row) => total + row[step]!, 0);
    return rows.map((row) => (sum > 0 ? row[step]! / sum : 0));
  }
  const sum = members.reduce((total, { weight }, i) => total + (eligible[i] ? weight : 0), 0);
  return members.map(({ weight }, i) => (eligible[i] ? weight / sum : 0));
}
