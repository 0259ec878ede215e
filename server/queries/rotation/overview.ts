import type { RotationData } from '../../../common/api';
import { dueAt, type Pool } from '../../../common/model/fairness';
import type { PoolOut } from '../../../common/model/pool_state';
import { rotationVerdict } from '../../../common/model/rotation_verdict';
import type { TierTraffic } from '../../../common/model/traffic';
import { classesOf } from '../../search/aggregations';
import { bucketsOf } from '../../search/buckets';
import type { SearchAnswer } from '../../search/msearch';
import type { Timeline } from '../../search/timeline';
import type { Settings } from '../../settings';
import type { Assessment } from '../assess';
import type { Landscape } from '../landscape';
import { flowOf, tierLabel } from './flow';
import { compare, frontendPool, type Judged, judgeTier, webappPool } from './shares';

type Overview = NonNullable<RotationData['overview']>;

export interface OverviewInput {
  answers: Record<'balancer' | 'frontend' | 'webapp' | 'probeCount', SearchAnswer>;
  frontend: TierTraffic;
  webapp: TierTraffic;
  landscape: Landscape;
  timeline: Timeline;
  assessment: Assessment;
  settings: Settings;
  now: number;
}

/** Everything of the Rotation page but the turns. */
export function overviewOf(input: OverviewInput): Overview {
  const { answers, frontend, webapp, landscape, timeline, settings } = input;
  const { pools, annotations } = input.assessment;
  const balancers = bucketsOf(answers.balancer.aggregations, 'lbs').map(({ key }) => String(key));
  const seen = { from: seenFrom(input), to: timeline.to };
  const above = frontendPool(frontend, landscape, pools, settings.weights);
  // Of whom nobody wrote anything: no turn can be said to have been due.
  const mute = input.assessment.silences.filter(({ saidBy }) => saidBy === null);
  above.outs = [
    ...above.outs,
    ...mute.map(({ host, from, to, open }) => ({ host, by: null, from, to: open ? null : to })),
  ];
  const tiers = [
    judgeTier(frontend, above, timeline, {
      label: tierLabel('frontend', balancers),
      pools: names(landscape.balancers.map(({ pool }) => pool)),
      poolKnown: pools.frontendsKnown,
      seen,
      settings,
    }),
    judgeTier(webapp, webappPool(webapp, landscape, pools, settings.weights, above), timeline, {
      label: tierLabel('webapp', balancers),
      pools: names(landscape.upstreams.map(({ pool }) => pool)),
      poolKnown: pools.webappsKnown,
      seen,
      settings,
    }),
  ].filter(({ share }) => share.hosts.length > 0);
  const figures = figuresOf(input, tiers, seen.from);
  return {
    verdict: rotationVerdict({
      tiers: tiers.map(({ share }) => share),
      requests: figures.requests,
      minRequests: settings.judge.min_requests,
      from: timeline.from,
      to: timeline.to,
    }),
    figures,
    tiers: tiers.map(({ share }) => share),
    flow: flowOf(frontend, webapp, balancers.length > 0 ? balancers.join(', ') : null),
    series: seriesOf(tiers, [frontend, webapp], timeline),
    out_of_pool: [...pools.frontends, ...pools.webapps].map((out) => outSpanOf(out, balancers[0] ?? 'balancer')),
    annotations,
    settings: settings.judge,
  };
}

export function outSpanOf({ host, by, from, to, kind, cause }: PoolOut, balancer: string) {
  return { host, by: by ?? balancer, from, to, kind, cause };
}

function names(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value): value is string => value !== null))].sort(compare);
}

/** When the first line of any host was written: before it nobody knows who was in the pool. */
function seenFrom({ assessment, timeline }: OverviewInput): number {
  const firsts = [...assessment.pools.signs.values()].flatMap(([first]) => (first ? [first.from] : []));
  return firsts.length > 0 ? Math.max(timeline.from, Math.min(...firsts)) : timeline.from;
}

function figuresOf(input: OverviewInput, tiers: Judged[], seen: number): Overview['figures'] {
  const { answers, timeline, now, webapp, assessment } = input;
  const door = entryOf(input);
  const gaps = assessment.events
    .filter(({ kind, gap_ms }) => kind === 'ejected' && gap_ms !== null)
    .sort((a, b) => b.users_hurt - a.users_hurt);
  const last = tiers.at(-1);
  const retries = webapp.members.filter((member) => member.retries > 0);
  const inPool = poolCounts(tiers, timeline, Math.min(now, timeline.to));
  const probes = bucketsOf(answers.probeCount.aggregations, 'hosts');
  return {
    requests: door.total,
    per_s: door.total / ((timeline.to - timeline.from) / 1000),
    counted_at: door.at,
    probes: answers.probeCount.total,
    probe_hosts: probes.map(({ key }) => String(key)).sort(compare),
    probe_interval_s: probes.length > 0 ? assessment.pools.rules.intervalMs / 1000 : null,
    jain: last?.share.jain ?? null,
    jain_hosts: last?.share.hosts.length ?? 0,
    ...inPool,
    seen_from: seen,
    retries: retries.reduce((sum, member) => sum + member.retries, 0),
    retries_answered_by: retries
      .map(({ host, retries: count }) => ({ host, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, 5),
    failed: door.failed,
    failed_share: door.total > 0 ? door.failed / door.total : 0,
    failed_in_gap: gaps.reduce((sum, { users_hurt }) => sum + users_hurt, 0),
    failed_in_gap_host: gaps[0]?.hosts[0] ?? null,
  };
}

/** Where users' requests come in: the balancer, else the frontends, else the webapps. */
export function entryOf({ answers }: Pick<OverviewInput, 'answers'>): { at: string; total: number; failed: number } {
  const balancers = bucketsOf(answers.balancer.aggregations, 'lbs').map(({ key }) => String(key));
  const [answer, at] =
    answers.balancer.total > 0
      ? [answers.balancer, balancers.join(', ')]
      : answers.frontend.total > 0
        ? [answers.frontend, 'frontends']
        : [answers.webapp, 'webapps'];
  return { at, total: answer.total, failed: classesOf(answer.aggregations, 'classes', answer.total).s5xx };
}

/** How many hosts can get turns now, and the longest time with the fewest. */
function poolCounts(tiers: Judged[], timeline: Timeline, now: number) {
  const places = tiers.flatMap(({ pool }) => pool.members.map((member) => ({ pool, member })));
  const known = new Set(places.map(({ member }) => member.host)).size;
  const outs = tiers.flatMap(({ pool }) => pool.outs);
  const edges = [
    timeline.from,
    ...outs.flatMap(({ from, to }) => [from, to ?? timeline.to]).filter((t) => t > timeline.from && t < timeline.to),
    timeline.to,
  ].sort((a, b) => a - b);
  const counts = edges.slice(0, -1).map((t, i) => ({ hosts: serving(tiers, t), from: t, to: edges[i + 1]! }));
  const fewest = Math.min(known, ...counts.map(({ hosts }) => hosts));
  const spans = counts.filter(({ hosts }) => hosts === fewest);
  const longest = spans.sort((a, b) => b.to - b.from - (a.to - a.from))[0];
  return {
    hosts_in_pool: serving(tiers, Math.max(timeline.from, now - 1)),
    hosts_known: known,
    fewest: longest && fewest < known ? longest : null,
  };
}

function serving(tiers: Judged[], t: number): number {
  const hosts = new Set<string>();
  for (const { pool } of tiers) {
    const due = dueOfPool(pool, t);
    pool.members.forEach(({ host }, i) => {
      if (due[i]! > 0) hosts.add(host);
    });
  }
  return hosts.size;
}

/** As `dueAt`, but a pool of which everybody is out serves nothing. */
function dueOfPool(pool: Pool, t: number): number[] {
  const out = (member: { host: string; by: string | null }, outs: Pool['outs']) =>
    outs.some((o) => o.host === member.host && o.by === member.by && o.from <= t && (o.to === null || t < o.to));
  const due = dueAt(pool, t);
  return pool.members.map((member, i) => {
    const aboveOut = pool.above && member.by !== null && out({ host: member.by, by: null }, pool.above.outs);
    return out(member, pool.outs) || aboveOut ? 0 : due[i]!;
  });
}

function seriesOf(tiers: Judged[], traffic: TierTraffic[], timeline: Timeline): Overview['series'] {
  const hosts = tiers.flatMap(({ share, fairness, pool }) => {
    const members = traffic.find(({ tier }) => tier === share.tier)!.members;
    return [...new Set(pool.members.map(({ host }) => host))].map((host) => {
      const own = members.filter((member) => member.host === host);
      const requests = timeline.times.map((_, t) => own.reduce((sum, { row }) => sum + (row[t] ?? 0), 0));
      const failed = timeline.times.map((_, t) => own.reduce((sum, { failedRow }) => sum + (failedRow[t] ?? 0), 0));
      const places = pool.members.flatMap((member, i) => (member.host === host ? [i] : []));
      const ratio = timeline.times.map((_, t) => {
        const due = places.reduce((sum, i) => sum + (fairness.expected[t]?.[i] ?? 0), 0);
        return due > 0 ? requests[t]! / due : null;
      });
      return { host, tier: share.tier, requests, failed, ratio };
    });
  });
  const first = traffic[0]!.members.length > 0 ? 'frontend' : 'webapp';
  const total = timeline.times.map((_, t) =>
    hosts.filter(({ tier }) => tier === first).reduce((sum, { requests }) => sum + requests[t]!, 0),
  );
  return { times: timeline.times, total, hosts };
}
