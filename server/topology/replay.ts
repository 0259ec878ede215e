import type { ProbeRun } from './evidence';
import type { Span } from './spans';
import type { Absence } from './words';

/** How a balancer judges: HAProxy's and Octavia's inter, rise, fall; Rackspace's delay and attempts. */
export interface MonitorRules {
  intervalMs: number;
  rise: number;
  fall: number;
}

export interface Replay {
  absences: Absence[];
  /** From the first failed probe of a run to its end or to the ejection. */
  failing: Span[];
}

/**
 * When a monitor had a host out, as HAProxy counts: in the pool, `fall` failures in a row take it out and one success clears
 * the count; out of it, `rise` successes in a row bring it back. A host is taken to be in when the probes begin.
 */
export function replay(runs: readonly ProbeRun[], rules: MonitorRules): Replay {
  const result: Replay = { absences: [], failing: [] };
  let out: Absence | null = null;
  for (const run of runs) {
    if (out) {
      if (!run.ok || run.n < rules.rise) continue;
      out.to = timeOf(run, rules.rise, rules);
      out = null;
      continue;
    }
    if (run.ok) continue;
    if (run.n < rules.fall) {
      result.failing.push({ from: run.first, to: run.last });
      continue;
    }
    const at = timeOf(run, rules.fall, rules);
    out = {
      from: at,
      to: null,
      kind: 'probe',
      cause: { id: 'out.probes_failed', values: { fall: rules.fall, statuses: statusesOf(run) } },
      evidence: 'replay',
      firstFailure: run.first,
    };
    result.absences.push(out);
    result.failing.push({ from: run.first, to: at });
  }
  return result;
}

/** The time of a run's k-th probe: read, or reckoned by the run's own pace. */
function timeOf(run: ProbeRun, k: number, { intervalMs }: MonitorRules): number {
  const read = run.times[k - 1];
  if (read !== undefined) return read;
  const pace = run.n > 1 ? (run.last - run.first) / (run.n - 1) : intervalMs;
  return Math.round(run.first + (k - 1) * pace);
}

function statusesOf({ statuses }: ProbeRun): (number | null)[] {
  return [...new Set(statuses)];
}

/** Neighbouring runs of one kind are one. */
export function joinRuns(runs: readonly ProbeRun[]): ProbeRun[] {
  const joined: ProbeRun[] = [];
  for (const run of [...runs].sort((a, b) => a.first - b.first)) {
    const last = joined.at(-1);
    if (!last || last.ok !== run.ok) {
      joined.push(run);
      continue;
    }
    joined[joined.length - 1] = {
      ...last,
      n: last.n + run.n,
      last: run.last,
      // Times count from the run's begin, without a hole.
      times: last.times.length === last.n ? [...last.times, ...run.times] : last.times,
      statuses: [...new Set([...last.statuses, ...run.statuses])],
    };
  }
  return joined;
}

/** A host that wrote nothing at all, while its monitor went on elsewhere: each probe due there failed. */
export function fillDead(runs: readonly ProbeRun[], dead: readonly Span[], intervalMs: number): ProbeRun[] {
  const filled = [...runs];
  for (const { from, to } of dead) {
    const before = Math.max(from, ...runs.filter(({ last }) => last <= from).map(({ last }) => last));
    const times: number[] = [];
    for (
      let t = (Number.isFinite(before) ? before : from) + intervalMs;
      t < to && times.length < 1000;
      t += intervalMs
    ) {
      if (t >= from) times.push(t);
    }
    const n = Math.max(times.length, Math.floor((to - from) / intervalMs));
    if (times.length > 0) {
      filled.push({ ok: false, n, first: times[0]!, last: times.at(-1)!, times, statuses: [null] });
    }
  }
  return joinRuns(filled);
}
