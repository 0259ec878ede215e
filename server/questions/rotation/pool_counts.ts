import type { RotationData } from '../../../common/api';
import type { Dues } from '../../topology/due';
import { groupBy } from '../../topology/groups';
import type { Site } from '../../topology/site';
import { clip, intersect, type Span, subtract, unite } from '../../topology/spans';
import { allSilentOf } from '../all_silent';

type PoolCounts = Pick<NonNullable<RotationData['overview']>['figures'], 'hosts_in_pool' | 'hosts_known' | 'fewest'>;

interface Member {
  host: string;
  tier: string;
  teller: string | null;
  spans: Span[];
  outs: Span[];
}

/** How many hosts can get turns now, and the longest time with the fewest of those that were there at all. */
export function poolCounts(site: Site, dues: readonly Dues[], now: number): PoolCounts {
  const { window } = site.evidence;
  const chains = groupBy(site.states.chains, ({ place }) => place);
  const members = dues.flatMap(({ place }): Member[] => {
    const spans = site.memberships.get(place.id)?.spans ?? [];
    const outs = unite(clip(chains.get(place.id) ?? [], window));
    return spans.length > 0 ? [{ host: place.host, tier: place.tier, teller: place.teller, spans, outs }] : [];
  });
  const away = awayFrontends(members);
  const there = countOf(
    groupBy(members, ({ host }) => host),
    ({ spans }) => spans,
  );
  const serving = countOf(
    groupBy(members, ({ host }) => host),
    ({ spans, outs, teller }) => subtract(spans, [...outs, ...(teller === null ? [] : (away.get(teller) ?? []))]),
  );
  const end = Math.max(window.from, now - 1);
  const silent = allSilentOf(site, window.to).some(({ from, to }) => from <= end && end < to);
  // Only times in which somebody was out: who came or left for good makes no pool short.
  const outs = members.flatMap((member) => member.outs);
  const inside = outs.flatMap(({ from, to }) => [from, to]).filter((t) => t > window.from && t < window.to);
  const edges = [...new Set([window.from, ...inside, window.to])].sort((a, b) => a - b);
  const spans = edges.slice(0, -1).map((from, i) => ({ hosts: serving(from), from, to: edges[i + 1]! }));
  const short = overlapping(spans, unite(outs));
  const fewest = short.sort((a, b) => a.hosts - b.hosts || b.to - b.from - (a.to - a.from))[0];
  return {
    hosts_in_pool: silent ? null : serving(end),
    hosts_known: there(end),
    fewest: fewest !== undefined && fewest.hosts < there(fewest.from) ? fewest : null,
  };
}

/** When each frontend was out at all its places. */
function awayFrontends(members: readonly Member[]): Map<string, Span[]> {
  const frontends = groupBy(
    members.filter(({ tier }) => tier === 'frontend'),
    ({ host }) => host,
  );
  return new Map([...frontends].map(([host, own]) => [host, own.map(({ outs }) => outs).reduce(intersect)]));
}

/** How many hosts have a member in the spans at a moment. */
function countOf(hosts: ReadonlyMap<string, readonly Member[]>, spansOf: (member: Member) => Span[]) {
  const changes = [...hosts.values()]
    .flatMap((own) => unite(own.flatMap(spansOf)))
    .flatMap(({ from, to }) => [
      { t: from, by: 1 },
      { t: to, by: -1 },
    ])
    .sort((a, b) => a.t - b.t);
  const times: number[] = [];
  const counts: number[] = [];
  let count = 0;
  for (const { t, by } of changes) {
    count += by;
    if (times.at(-1) === t) counts[counts.length - 1] = count;
    else {
      times.push(t);
      counts.push(count);
    }
  }
  return (t: number) => counts[lastAt(times, t)] ?? 0;
}

/** Where in ascending times the last one stands that is no later; −1 where all are. */
function lastAt(times: readonly number[], t: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Of spans in order of time those that begin in others. */
function overlapping<S extends Span>(spans: readonly S[], others: readonly Span[]): S[] {
  let i = 0;
  return spans.filter(({ from }) => {
    while (i < others.length && others[i]!.to <= from) i++;
    return i < others.length && others[i]!.from <= from;
  });
}
