import type { ProbeSeries } from '../topology/evidence';
import { compare } from './compare';

/** Probes of the range: those before it only warm the replay up. Runs that cross its begin are shared out by time. */
export function probesIn(probes: readonly ProbeSeries[], window: { from: number; to: number }) {
  const counts = new Map<string, number>();
  for (const { host, runs } of probes) {
    let n = 0;
    for (const run of runs) {
      if (run.first >= window.from) n += run.n;
      else if (run.times.length === run.n) n += run.times.filter((t) => t >= window.from).length;
      else if (run.last >= window.from) {
        const pace = (run.last - run.first) / Math.max(1, run.n - 1);
        n += Math.floor((run.last - window.from) / pace) + 1;
      }
    }
    if (n > 0) counts.set(host, (counts.get(host) ?? 0) + n);
  }
  return { total: [...counts.values()].reduce((a, b) => a + b, 0), hosts: [...counts.keys()].sort(compare) };
}
