import type { RotationData, TierShare } from '../../../common/api';
import type { EntryCounts } from '../../elasticsearch/entry';
import type { Dues } from '../../topology/due';
import type { ProbeSeries } from '../../topology/evidence';
import { leastOf } from '../../topology/groups';
import type { Site } from '../../topology/site';
import { probesIn } from '../probe_counts';
import { poolCounts } from './pool_counts';

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
  const first = leastOf(evidence.lives.flatMap(({ cells }) => cells.map((cell) => cell.first)));
  const { window } = evidence;
  return Number.isFinite(first) ? Math.min(window.to, Math.max(window.from, first)) : window.from;
}
