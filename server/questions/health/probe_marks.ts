import type { ProbeSeries } from '../../topology/evidence';

export interface ProbeMark {
  t: number;
  ok: boolean;
  /** null: nothing was logged where a probe was due. */
  status: number | null;
}

/** Probes of a host at the times that are known: all of them, or where there are too many those around changes. */
export function probeMarksOf(host: string, probes: readonly ProbeSeries[]): ProbeMark[] {
  return probes
    .filter((series) => series.host === host)
    .flatMap(({ runs }) =>
      runs.flatMap(({ ok, times, first, last, n, statuses }) => {
        const known = times.length > 0 ? times : n > 1 ? [first, last] : [first];
        return known.map((t) => ({ t, ok, status: ok ? 200 : (statuses[0] ?? null) }));
      }),
    )
    .sort((a, b) => a.t - b.t);
}
