import type { HostShare, TierShare } from '../../../common/api';
import {
  type Demand,
  type Fairness,
  judgeFairness,
  type Member,
  outsOf,
  type Pool,
} from '../../../common/model/fairness';
import type { PoolState } from '../../../common/model/pool_state';
import { inCause, outCause } from '../../../common/model/rotation_verdict';
import { clip, lengthOf, type Span } from '../../../common/model/spans';
import type { MemberTraffic, TierTraffic } from '../../../common/model/traffic';
import type { Timeline } from '../../search/timeline';
import type { Settings } from '../../settings';
import type { Landscape } from '../landscape';

export interface Judged {
  share: TierShare;
  fairness: Fairness;
  pool: Pool;
}

/** The balancer's pool: who served, and who is known to belong to it though it served nothing. */
export function frontendPool(traffic: TierTraffic, landscape: Landscape, state: PoolState, weights: Weights): Pool {
  const known = [
    ...traffic.members.map(({ host }) => host),
    ...landscape.balancers.map(({ server }) => server),
    ...state.spokenOf.map(({ host }) => host),
    // A balancer may call a frontend by another name than it has itself.
    ...(landscape.balancers.length === 0 ? [...landscape.frontends.map(({ host }) => host), ...state.probed] : []),
  ];
  const poolOf = (host: string) =>
    landscape.balancers.find(({ server }) => server === host)?.pool ??
    state.spokenOf.find((word) => word.host === host)?.pool ??
    only(landscape.balancers.map(({ pool }) => pool));
  const members = known.map((host) => ({ host, by: null, weight: weights[host] ?? 1, pool: poolOf(host) }));
  return { members: unique(members), outs: state.frontends };
}

/** The frontends' pools of webapps, below the balancer's. */
export function webappPool(
  traffic: TierTraffic,
  landscape: Landscape,
  state: PoolState,
  weights: Weights,
  above: Pool,
): Pool {
  const split = traffic.members.some(({ by }) => by !== null);
  const known = split
    ? landscape.upstreams.map(({ frontend, address }) => ({ host: landscape.book.name(address), by: frontend }))
    : landscape.webapps.map(({ host }) => ({ host, by: null }));
  const pools = new Map(
    landscape.upstreams.map(({ frontend, address, pool }) => [placeOf(landscape.book.name(address), frontend), pool]),
  );
  const lone = only(landscape.upstreams.map(({ pool }) => pool));
  const members = [...traffic.members.map(({ host, by }) => ({ host, by })), ...known].map(
    ({ host, by }): Member => ({ host, by, weight: weights[host] ?? 1, pool: pools.get(placeOf(host, by)) ?? lone }),
  );
  return {
    members: unique(members),
    outs: split ? state.webapps : [],
    above: split ? above : undefined,
  };
}

/** Of whom nobody said the pool belongs to the one that there is. */
function only(pools: readonly (string | null)[]): string | null {
  const names = new Set(pools.filter((pool) => pool !== null));
  return names.size === 1 ? [...names][0]! : null;
}

type Weights = Settings['weights'];

function placeOf(host: string, by: string | null): string {
  return JSON.stringify([by, host]);
}

function unique(members: Member[]): Member[] {
  const byKey = new Map(members.map((member) => [placeOf(member.host, member.by), member]));
  return [...byKey.values()].sort((a, b) => compare(a.by ?? '', b.by ?? '') || compare(a.host, b.host));
}

/** web-2 before web-10. */
export function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** The turns of a whole tier in time, and of each of its pools. */
export function demandOf(traffic: TierTraffic, pool: Pool, timeline: Timeline): Demand {
  const turns = (members: readonly MemberTraffic[]) =>
    timeline.times.map((_, i) => members.reduce((sum, { row }) => sum + (row[i] ?? 0), 0));
  const names = new Map(pool.members.map((member) => [placeOf(member.host, member.by), member.pool ?? null]));
  const byPool = new Map(
    [...new Set(names.values())].map((name) => [
      name,
      turns(traffic.members.filter(({ host, by }) => names.get(placeOf(host, by)) === name)),
    ]),
  );
  return { times: timeline.times, interval: timeline.interval, requests: turns(traffic.members), byPool };
}

/** One tier as the share panel shows it. */
export function judgeTier(
  traffic: TierTraffic,
  pool: Pool,
  timeline: Timeline,
  about: { label: string; pools: string[]; poolKnown: boolean; seen: Span; settings: Settings },
): Judged {
  const { judge } = about.settings;
  const fairness = judgeFairness(pool, demandOf(traffic, pool, timeline), traffic.members);
  const judged = fairness.requests >= judge.min_requests && pool.members.length > 1;
  const hosts = pool.members.map((member, i) =>
    hostShare(fairness.members[i]!, trafficOf(traffic, member), traffic, pool, about.seen, {
      judged,
      points: judge.deviation_points,
    }),
  );
  const share: TierShare = {
    tier: traffic.tier,
    label: about.label,
    pools: about.pools,
    source: traffic.source,
    source_note: traffic.note,
    requests: fairness.requests,
    hosts,
    jain: fairness.jain,
    chi_squared_p: fairness.chiSquaredP,
    judged,
    pool_known: about.poolKnown,
  };
  return { share, fairness, pool };
}

function trafficOf(traffic: TierTraffic, { host, by }: Member): MemberTraffic | undefined {
  return traffic.members.find((one) => one.host === host && one.by === by);
}

function hostShare(
  of: Fairness['members'][number],
  own: MemberTraffic | undefined,
  traffic: TierTraffic,
  pool: Pool,
  window: Span,
  mark: { judged: boolean; points: number },
): HostShare {
  const outMs = lengthOf(outsOf(pool, { host: of.host, by: of.by, weight: 1 }, window));
  const ownMs = lengthOf(
    clip(
      pool.outs.filter((out) => out.host === of.host && out.by === of.by),
      window,
    ),
  );
  const meanMs = own && own.durations > 0 ? own.durationMs / own.durations : null;
  const failedShare = own && own.requests > 0 ? own.classes.s5xx / own.requests : 0;
  return {
    host: of.host,
    frontend: of.by,
    requests: of.requests,
    classes: own?.classes ?? { s2xx: 0, s3xx: 0, s4xx: 0, s5xx: 0, other: 0 },
    failed_share: failedShare,
    share: of.share,
    due: of.due,
    equal: of.equal,
    out_points: of.outPoints,
    in_points: of.inPoints,
    mean_ms: meanMs,
    in_pool_ms: window.to - window.from - outMs,
    out_of_pool_ms: outMs,
    out_cause: outCause(ownMs, outMs - ownMs, of.by, of.outPoints),
    in_cause: inCause({ inPoints: of.inPoints, meanMs, failedShare }, meanOfOthers(traffic, of)),
    marked: mark.judged && Math.abs(of.inPoints) >= mark.points,
  };
}

function meanOfOthers(traffic: TierTraffic, of: { host: string; by: string | null }): number | null {
  const others = traffic.members.filter(({ host, by }) => host !== of.host || by !== of.by);
  const count = others.reduce((sum, { durations }) => sum + durations, 0);
  return count > 0 ? others.reduce((sum, { durationMs }) => sum + durationMs, 0) / count : null;
}
