import type { RotationData } from '../../../common/api';
import { foldRow, type Timeline } from '../../search/timeline';
import type { Dues } from '../../topology/due';
import type { Grid, PlaceTier } from '../../topology/evidence';

type Series = NonNullable<RotationData['overview']>['series'];

const rounded = (due: number) => Math.round(due * 100) / 100;

/** Requests, failures and what was due to each host, step by step. */
export function seriesOf(dues: readonly Dues[], grid: Grid, timeline: Timeline): Series {
  const { times } = timeline;
  const hosts = (['frontend', 'webapp'] as const).flatMap((tier) => hostsOf(dues, tier, grid, timeline));
  const first: PlaceTier = hosts.some(({ tier }) => tier === 'frontend') ? 'frontend' : 'webapp';
  const own = hosts.filter(({ tier }) => tier === first);
  const total = times.map((_, t) => own.reduce((sum, { requests }) => sum + requests[t]!, 0));
  return { times: [...times], total, hosts };
}

function hostsOf(dues: readonly Dues[], tier: PlaceTier, { times }: Grid, timeline: Timeline): Series['hosts'] {
  const fold = (row: readonly number[]) => foldRow(row, times, timeline);
  const byHost = new Map<string, Dues[]>();
  for (const due of dues.filter(({ place }) => place.tier === tier)) {
    const known = byHost.get(due.place.host);
    if (known) known.push(due);
    else byHost.set(due.place.host, [due]);
  }
  return [...byHost].map(([host, own]) => {
    const requests = fold(times.map((_, t) => own.reduce((sum, { rows }) => sum + rows.got[t]!, 0)));
    const due = fold(times.map((_, t) => own.reduce((sum, { rows }) => sum + rows.due[t]!, 0)));
    const failures = new Map<number, number>();
    for (const { t, failed: n } of own.flatMap(({ place }) => place.turns.cells)) {
      if (n > 0) failures.set(t, (failures.get(t) ?? 0) + n);
    }
    const failed = fold(times.map((time) => failures.get(time) ?? 0));
    return { host, tier, requests, failed, due: due.map(rounded) };
  });
}
