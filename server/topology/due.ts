import type { Settings } from '../settings';
import { rowOf, turnsDuring, turnsIn } from './cells';
import type { Evidence, Grid } from './evidence';
import { groupBy } from './groups';
import type { Membership } from './membership';
import { poolsOf } from './peers';
import type { Place } from './places';
import { clip, holdsOf, intersect, lengthOf, partsOf, type Span, subtract, unite } from './spans';
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
const TRIED_AGAIN_MS = 10_000;
/** Fewer second attempts than this may be chance. */
const ENOUGH_TRIED = 3;
/** A place that got less than this of what was due while others served is no primary. */
const HARDLY = 0.02;

interface Member {
  place: Place;
  spans: Span[];
  /** Whether it was there then is not known. */
  unsure: Span[];
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
  const chains = groupBy(states.chains, ({ place }) => place);
  return [...poolsOf(places).values()].flatMap((pool) => {
    const members = pool.map((place) =>
      memberOf(place, memberships.get(place.id), chains.get(place.id) ?? [], states, evidence, settings),
    );
    markBackups(members, evidence);
    return duesOfPool(members, states, evidence, counted);
  });
}

function memberOf(
  place: Place,
  membership: Membership | undefined,
  chains: States['chains'],
  states: States,
  { window }: Pick<Evidence, 'window'>,
  { weights }: Settings,
): Member {
  const weight = weights[place.name] ?? weights[place.host];
  const outs = clip(chains, window);
  const server = serverKey(place.teller ?? '', place.pool, place.name);
  return {
    place,
    spans: membership?.spans ?? [],
    unsure: membership?.unsure ?? [],
    outs,
    weight: weight ?? 1,
    weightKnown: weight !== undefined,
    backup: states.backups.has(server),
    idle: membership?.idle ?? false,
  };
}

/** Whoever took turns only while nobody else could is a backup (nginx's and HAProxy's `backup`). */
function markBackups(members: readonly Member[], { window, grid }: Pick<Evidence, 'window' | 'grid'>): void {
  let others = new Others(members, window);
  for (const member of members.filter(({ backup }) => !backup)) {
    // Until the others are tried again, some moments later, it goes on serving.
    const alone = unite(
      others.away(member).map(({ from, to }) => ({ from, to: Math.min(window.to, to + TRIED_AGAIN_MS) })),
    );
    const away = others.members.filter((one) => one !== member).flatMap(({ outs }) => outs);
    const spared = intersect(
      alone,
      away.map(({ from, to }) => ({ from, to: to + TRIED_AGAIN_MS })),
    ).reduce((sum, span) => sum + turnsDuring(member.place.turns.cells, span, grid), 0);
    // All that it ever took it took while the others were out: it was there all along.
    const isSpare = spared >= ENOUGH_TRIED && spared >= turnsIn(member.place.turns) - 0.5;
    const beside = subtract(subtract(isSpare ? [window] : member.spans, member.outs), alone);
    const mean = beside.reduce((sum, span) => sum + meanOf(others.members, member, span, grid), 0);
    const got = beside.reduce((sum, span) => sum + turnsDuring(member.place.turns.cells, span, grid), 0);
    const spare = alone.reduce((sum, span) => sum + turnsDuring(member.place.turns.cells, span, grid), 0);
    // What failed elsewhere was tried at it, and nothing else was given to it.
    const { turns } = member.place;
    const onlyTried = turns.retries >= ENOUGH_TRIED && turns.retries >= turnsIn(turns);
    if (!onlyTried && (mean < ENOUGH_TO_MISS || got > HARDLY * mean)) continue;
    if (onlyTried || spare > got) {
      member.backup = true;
      others = new Others(members, window);
    } else member.idle = true;
  }
}

/** Those of a pool that are no backups, and when none of them, or only one, was in it. */
class Others {
  readonly members: readonly Member[];
  private readonly nobody: Span[] = [];
  private readonly only = new Map<Member, Span[]>();

  constructor(all: readonly Member[], window: Span) {
    this.members = all.filter(({ backup }) => !backup);
    const changes = this.members.flatMap((member, i) =>
      subtract(member.spans, member.outs).flatMap(({ from, to }) => [
        { t: from, sign: 1, i },
        { t: to, sign: -1, i },
      ]),
    );
    changes.sort((a, b) => a.t - b.t);
    // While one is in, the sum of the places in the list is its own.
    let [count, sum, at] = [0, 0, window.from];
    for (const { t, sign, i } of [...changes, { t: window.to, sign: 0, i: 0 }]) {
      const span = { from: at, to: Math.min(t, window.to) };
      if (span.from < span.to && count === 0) this.nobody.push(span);
      if (span.from < span.to && count === 1) {
        const member = this.members[sum]!;
        this.only
          .set(member, this.only.get(member) ?? [])
          .get(member)!
          .push(span);
      }
      at = Math.max(at, t);
      count += sign;
      sum += sign * i;
    }
  }

  /** When none of the others was in its pool; never where there are no others. */
  away(member: Member): Span[] {
    if (this.members.length < 2) return [];
    return unite([...this.nobody, ...(this.only.get(member) ?? [])]);
  }
}

function meanOf(members: readonly Member[], but: Member, span: Span, grid: Grid): number {
  let [sum, took] = [0, 0];
  for (const member of members) {
    const n = member === but ? 0 : turnsDuring(member.place.turns.cells, span, grid);
    if (n <= 0) continue;
    sum += n;
    took++;
  }
  return took > 0 ? sum / took : 0;
}

function duesOfPool(
  members: readonly Member[],
  states: States,
  { window, grid }: Pick<Evidence, 'window' | 'grid'>,
  counted: (place: Place) => Place['turns']['cells'],
): Dues[] {
  const rows = members.map(({ place }) => rowOf(counted(place), grid));
  const [first] = members;
  const unsure = members.flatMap((member) => member.unsure);
  const unread = clip([...(states.unread.get(first?.place.id ?? '') ?? []), ...unsure], window);
  const hazyIn = partsOf([...clip(states.unclear.get(first?.place.id ?? '') ?? [], window), ...unread]);
  const unreadIn = partsOf(unread);
  const edges = [
    ...new Set(members.flatMap(({ spans, outs }) => [...spans, ...outs]).flatMap(({ from, to }) => [from, to])),
  ].sort((a, b) => a - b);
  const sharesAt = sharesOf(members, rows);
  let edge = 0;
  const due = members.map(() => grid.times.map(() => 0));
  const equal = members.map(() => 0);
  let known = 0;
  let all = 0;
  grid.times.forEach((start, t) => {
    const step = { from: Math.max(start, window.from), to: Math.min(start + grid.interval, window.to) };
    const demand = rows.reduce((sum, row) => sum + row[t]!, 0);
    const length = step.to - step.from;
    if (demand === 0 || length <= 0) return;
    const hazy = Math.min(1, hazyIn(step) / length);
    all += demand;
    known += demand * (1 - Math.min(1, unreadIn(step) / length));
    members.forEach((_, i) => {
      // What was due is not known: what was given stands for it, so that nobody is judged by it.
      due[i]![t]! += rows[i]![t]! * hazy;
      equal[i]! += rows[i]![t]! * hazy;
    });
    while (edge < edges.length && edges[edge]! <= step.from) edge++;
    for (let at = step.from; at < step.to; ) {
      const until = Math.min(step.to, edges[edge] ?? step.to);
      const part = (demand * (1 - hazy) * (until - at)) / length;
      const shares = sharesAt(at, t);
      for (let i = 0; i < members.length; i++) {
        due[i]![t]! += part * shares.due[i]!;
        equal[i]! += part * shares.equal[i]!;
      }
      at = until;
      if (edges[edge] === until) edge++;
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

/**
 * Equal by weight among those who are in; backups only when nobody else is; when nobody is, nobody can be preferred. `equal`
 * is as if nobody were ever out. Moments are asked for one after the other in time.
 */
function sharesOf(members: readonly Member[], rows: number[][]) {
  const isMember = members.map(({ spans }) => holdsOf(spans));
  const isOut = members.map(({ outs }) => holdsOf(outs));
  return (t: number, step: number) => {
    const there = isMember.map((holds) => holds(t));
    const inPool = isOut.map((holds, i) => there[i]! && !holds(t));
    return { due: among(members, inPool, there, rows, step), equal: among(members, there, there, rows, step) };
  };
}

function among(
  members: readonly Member[],
  here: readonly boolean[],
  there: readonly boolean[],
  rows: number[][],
  step: number,
): number[] {
  const primaries = members.map(({ backup, idle }, i) => here[i]! && !backup && !idle);
  const backups = members.map(({ backup }, i) => here[i]! && backup);
  const eligible = [primaries, backups, there].find((set) => set.includes(true));
  if (!eligible) {
    // Nobody was known to be there; whoever took turns was.
    const sum = rows.reduce((total, row) => total + row[step]!, 0);
    return rows.map((row) => (sum > 0 ? row[step]! / sum : 0));
  }
  const sum = members.reduce((total, { weight }, i) => total + (eligible[i] ? weight : 0), 0);
  return members.map(({ weight }, i) => (eligible[i] ? weight / sum : 0));
}
