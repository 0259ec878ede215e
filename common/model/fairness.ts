import { chiSquaredTail } from './chi_squared';
import { clip, lengthOf, type Span } from './spans';

/** A place in a pool: a frontend in the balancer's (`by` is null), or a webapp in a frontend's. */
export interface Member {
  host: string;
  /** The frontend whose pool it is; null for the balancer's pool, or when nothing stands above. */
  by: string | null;
  /** Relative; 1 when nobody said. */
  weight: number;
  /** Name of the pool (HAProxy's backend, nginx's upstream), where the lines say it. */
  pool?: string | null;
}

/** A time in which a member was out of its pool; `to: null` lasts on. */
export interface Out {
  host: string;
  by: string | null;
  from: number;
  to: number | null;
}

/** One tier's pool; `above` is the pool of the hosts that `by` names. */
export interface Pool {
  members: readonly Member[];
  outs: readonly Out[];
  above?: Pool;
}

/** Turns in time: `requests[i]` began in `[times[i], times[i] + interval)`. */
export interface Demand {
  times: readonly number[];
  interval: number;
  requests: readonly number[];
  /** The same of each pool, where a tier has several: nobody is due another pool's turns. */
  byPool?: ReadonlyMap<string | null, readonly number[]>;
}

const keyOf = ({ host, by }: { host: string; by: string | null }) => `${by ?? ''}\u0000${host}`;

/**
 * The share of one moment's turns that is due to each member: equal by weight among those in the pool, under a frontend
 * that itself gets what is due to it. When nobody is in a pool, nobody can be preferred: all its members count.
 */
export function dueAt(pool: Pool, t: number): number[] {
  const out = new Set(pool.outs.filter(({ from, to }) => from <= t && (to === null || t < to)).map(keyOf));
  const above = pool.above ? dueByHost(pool.above, t) : null;
  const groups = new Map<string | null, number[]>();
  pool.members.forEach(({ by }, i) => {
    groups.set(by, [...(groups.get(by) ?? []), i]);
  });
  const shares = pool.members.map(() => 0);
  const groupShares = shareOfGroups([...groups.keys()], above);
  for (const [by, indices] of groups) {
    const inPool = indices.filter((i) => !out.has(keyOf(pool.members[i]!)));
    const eligible = inPool.length > 0 ? inPool : indices;
    const weight = eligible.reduce((sum, i) => sum + pool.members[i]!.weight, 0);
    for (const i of eligible) shares[i] = (groupShares.get(by) ?? 0) * (pool.members[i]!.weight / weight);
  }
  return shares;
}

function dueByHost(pool: Pool, t: number): Map<string, number> {
  const due = dueAt(pool, t);
  const byHost = new Map<string, number>();
  pool.members.forEach(({ host }, i) => {
    byHost.set(host, (byHost.get(host) ?? 0) + due[i]!);
  });
  return byHost;
}

/** Shares of the frontends that have a pool below, scaled to 1; equal when nothing is known above. */
function shareOfGroups(groups: (string | null)[], above: Map<string, number> | null): Map<string | null, number> {
  const known = groups.map((by) => (by !== null && above ? (above.get(by) ?? 0) : 0));
  const sum = known.reduce((a, b) => a + b, 0);
  return new Map(groups.map((by, i) => [by, sum > 0 ? known[i]! / sum : 1 / groups.length]));
}

/**
 * Expected requests by member and bucket. Within a bucket requests are taken as evenly spread, and changes of a pool
 * count at their exact time.
 */
export function expectedRequests(pool: Pool, demand: Demand): number[][] {
  const names = new Set(pool.members.map((member) => member.pool ?? null));
  if (!demand.byPool || names.size < 2) return expectedOfOne(pool, demand);
  const expected = demand.times.map(() => pool.members.map(() => 0));
  for (const name of names) {
    const places = pool.members.flatMap((member, i) => ((member.pool ?? null) === name ? [i] : []));
    const own = { ...pool, members: places.map((i) => pool.members[i]!) };
    const rows = expectedOfOne(own, { ...demand, requests: demand.byPool.get(name) ?? [] });
    rows.forEach((row, t) => {
      row.forEach((value, k) => {
        expected[t]![places[k]!] = value;
      });
    });
  }
  return expected;
}

function expectedOfOne(pool: Pool, { times, interval, requests }: Demand): number[][] {
  const edges = edgesOf(pool);
  return times.map((start, i) => {
    const total = requests[i] ?? 0;
    const end = start + interval;
    const cuts = [start, ...edges.filter((t) => t > start && t < end), end];
    const expected = pool.members.map(() => 0);
    for (let k = 0; k + 1 < cuts.length; k++) {
      const part = (total * (cuts[k + 1]! - cuts[k]!)) / interval;
      dueAt(pool, cuts[k]!).forEach((share, m) => {
        expected[m]! += part * share;
      });
    }
    return expected;
  });
}

function edgesOf(pool: Pool): number[] {
  const own = pool.outs.flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
  const all = new Set([...own, ...(pool.above ? edgesOf(pool.above) : [])]);
  return [...all].sort((a, b) => a - b);
}

export interface Got {
  host: string;
  by: string | null;
  requests: number;
}

export interface ShareOfMember {
  host: string;
  by: string | null;
  requests: number;
  share: number;
  /** Share due while in the pool, and share as if never out. */
  due: number;
  equal: number;
  /** Percentage points: what time out of the pool changed (due − equal), what happened while in it (share − due). */
  outPoints: number;
  inPoints: number;
  inPoolMs: number;
}

export interface Fairness {
  requests: number;
  members: ShareOfMember[];
  jain: number | null;
  chiSquaredP: number | null;
  /** Got ÷ due by bucket and member is the page's heat map: expected requests as [bucket][member]. */
  expected: number[][];
}

/** Compares what each member got with what was due to it. */
export function judgeFairness(pool: Pool, demand: Demand, got: readonly Got[]): Fairness {
  const requests = got.reduce((sum, one) => sum + one.requests, 0);
  const expected = expectedRequests(pool, demand);
  const due = normalise(totalsOf(expected, pool.members.length));
  const never: Pool = { members: pool.members, outs: [], above: pool.above && { ...pool.above, outs: [] } };
  const equal = normalise(totalsOf(expectedRequests(never, demand), pool.members.length));
  const gotBy = new Map(got.map((one) => [keyOf(one), one.requests]));
  const window = { from: demand.times[0] ?? 0, to: (demand.times.at(-1) ?? 0) + demand.interval };
  const members = pool.members.map((member, i): ShareOfMember => {
    const count = gotBy.get(keyOf(member)) ?? 0;
    const share = requests > 0 ? count / requests : 0;
    return {
      host: member.host,
      by: member.by,
      requests: count,
      share,
      due: due[i]!,
      equal: equal[i]!,
      outPoints: (due[i]! - equal[i]!) * 100,
      inPoints: (share - due[i]!) * 100,
      inPoolMs: lengthOf([window]) - lengthOf(outsOf(pool, member, window)),
    };
  });
  return { requests, members, jain: jainOf(members), chiSquaredP: chiSquaredP(members, requests), expected };
}

/** When a member could get no turns: out of its own pool, or its frontend out of the balancer's. */
export function outsOf(pool: Pool, member: Member, window: Span): Span[] {
  const own = pool.outs.filter((out) => keyOf(out) === keyOf(member));
  const above = pool.above?.outs.filter(({ host }) => host === member.by) ?? [];
  return clip([...own, ...above], window);
}

function totalsOf(expected: readonly number[][], members: number): number[] {
  const totals = Array.from({ length: members }, () => 0);
  for (const row of expected) {
    row.forEach((value, i) => {
      totals[i]! += value;
    });
  }
  return totals;
}

function normalise(values: number[]): number[] {
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((value) => (sum > 0 ? value / sum : values.length > 0 ? 1 / values.length : 0));
}

/** Jain's index of got ÷ due: 1 is even, 1/n is all to one host. Hosts to which nothing was due stand aside. */
export function jainOf(members: readonly { share: number; due: number }[]): number | null {
  const ratios = members.filter(({ due }) => due > 0).map(({ share, due }) => share / due);
  const sum = ratios.reduce((a, b) => a + b, 0);
  if (ratios.length === 0 || sum === 0) return null;
  const squares = ratios.reduce((a, b) => a + b * b, 0);
  return (sum * sum) / (ratios.length * squares);
}

function chiSquaredP(members: readonly { share: number; due: number }[], requests: number): number | null {
  const judged = members.filter(({ due }) => due > 0);
  if (judged.length < 2 || requests === 0) return null;
  const statistic = judged.reduce((sum, { share, due }) => sum + (requests * (share - due) ** 2) / due, 0);
  return chiSquaredTail(statistic, judged.length - 1);
}
