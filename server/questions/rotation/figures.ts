import type { RotationData, TierShare } from '../../../common/api';
import type { EntryCounts } from '../../elasticsearch/entry';
import type { Dues } from '../../topology/due';
import type { ProbeSeries } from '../../topology/evidence';
import type { Site } from '../../topology/site';
import { clip } from '../../topology/spans';
import { probesIn } from '../probe_counts';

type Figures = NonNullable<RotationData['overview']>['figures'];

export interface FiguresInput {
  site: Site;
  entry: EntryCounts;
  shares: readonly TierShare[];
  dues: readonly Dues[];
  probes: readonly ProbeSeries[];
  now: number;
}

export function figuresOf({ site, entry, shares, dues, probes, now }: FiguresInput): Figures {
  const { window } = site.evidence;
  const gaps = site.events
    .filter(({ kind, gapMs }) => kind === 'ejected' && gapMs !== null)
    .sort((a, b) => b.hurt - a.hurt);
  const last = shares.at(-1);
  const retried = new Map<string, number>();
  for (const { place } of dues) {
    if (place.turns.retries > 0) retried.set(place.host, (retried.get(place.host) ?? 0) + place.turns.retries);
  }
  const inRange = probesIn(probes, window);
  const interval = site.states.monitors.sort((a, b) => b.hosts.size - a.hosts.size)[0]?.rules.intervalMs;
  return {
    requests: entry.total,
    per_s: entry.total / ((window.to - window.from) / 1000),
    counted_at: entry.at,
    probes: inRange.total,
    probe_hosts: inRange.hosts,
    probe_interval_s: interval === undefined ? null : interval / 1000,
    jain: last?.jain ?? null,
    jain_hosts: last?.hosts.length ?? 0,
    ...poolCounts(site, dues, Math.min(now, window.to)),
    seen_from: seenFrom(site),
    retries: [...retried.values()].reduce((a, b) => a + b, 0),
    retries_answered_by: [...retried]
      .map(([host, count]) => ({ host, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, 5),
    failed: entry.classes.s5xx,
    failed_share: entry.total > 0 ? entry.classes.s5xx / entry.total : 0,
    failed_in_gap: gaps.reduce((sum, { hurt }) => sum + hurt, 0),
    failed_in_gap_host: gaps[0]?.hosts[0] ?? null,
  };
}

/** When the first line of any host was written: before it nobody knows who was in the pool. */
function seenFrom({ evidence }: Site): number {
  const firsts = evidence.lives.flatMap(({ cells }) => cells.map(({ first }) => first));
  const { window } = evidence;
  return firsts.length > 0 ? Math.min(window.to, Math.max(window.from, Math.min(...firsts))) : window.from;
}

/** How many hosts can get turns now, and the longest time with the fewest of those that were there at all. */
function poolCounts(site: Site, dues: readonly Dues[], now: number) {
  const { window } = site.evidence;
  const members = dues.flatMap(({ place, backup, idle }) => {
    const spans = site.memberships.get(place.id)?.spans ?? [];
    const outs = clip(
      site.states.chains.filter((out) => out.place === place.id),
      window,
    );
    return spans.length > 0
      ? [{ host: place.host, tier: place.tier, teller: place.teller, spans, outs, backup, idle }]
      : [];
  });
  const inside = (spans: readonly { from: number; to: number }[], t: number) =>
    spans.some(({ from, to }) => from <= t && t < to);
  const isOut = (host: string, t: number) =>
    members.some((m) => m.tier === 'frontend' && m.host === host && inside(m.outs, t)) &&
    !members.some((m) => m.tier === 'frontend' && m.host === host && !inside(m.outs, t));
  const there = (t: number) => new Set(members.filter(({ spans }) => inside(spans, t)).map(({ host }) => host)).size;
  const at = (t: number) => {
    const serving = members.filter(
      ({ spans, outs, teller }) => inside(spans, t) && !inside(outs, t) && !(teller !== null && isOut(teller, t)),
    );
    return new Set(serving.map(({ host }) => host)).size;
  };
  const end = Math.max(window.from, now - 1);
  const edges = [
    window.from,
    ...members
      .flatMap(({ outs }) => outs.flatMap(({ from, to }) => [from, to]))
      .filter((t) => t > window.from && t < window.to),
    window.to,
  ].sort((a, b) => a - b);
  const spans = edges.slice(0, -1).map((from, i) => ({ hosts: at(from), from, to: edges[i + 1]! }));
  // Only times in which somebody was out: who came or left for good makes no pool short.
  const short = spans.filter(({ from }) => members.some(({ outs }) => inside(outs, from)));
  const fewest = short.sort((a, b) => a.hosts - b.hosts || b.to - b.from - (a.to - a.from))[0];
  return {
    hosts_in_pool: at(end),
    hosts_known: there(end),
    fewest: fewest !== undefined && fewest.hosts < there(fewest.from) ? fewest : null,
  };
}
