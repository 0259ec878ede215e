import type { PoolOut } from './pool_state';

/** One probe of a balancer, as the probed host logged it (or failed to). */
export interface Probe {
  t: number;
  ok: boolean;
  /** null: nothing was logged where a probe was due. */
  status: number | null;
}

/** How the balancer judges: HAProxy's and Octavia's inter, rise, fall; Rackspace's delay and attempts. */
export interface MonitorRules {
  intervalMs: number;
  rise: number;
  fall: number;
}

/** A run of failed probes that did not (yet) take the host out, and those during an absence. */
export interface ReplayResult {
  outs: PoolOut[];
  /** From the first failed probe of a run to its end or to the ejection. */
  failing: { from: number; to: number }[];
  /** The place of each probe in the run that changes the state; null where it changes nothing. */
  counts: (number | null)[];
}

/**
 * Rebuilds when the balancer had a host out of its pool, as HAProxy counts: in the pool, `fall` failures in a row take it
 * out and one success clears the count; out of it, `rise` successes in a row bring it back and one failure clears that.
 * A host is taken to be in when the probes begin: give some from before the window.
 */
export function replayProbes(host: string, probes: readonly Probe[], rules: MonitorRules): ReplayResult {
  const result: ReplayResult = { outs: [], failing: [], counts: [] };
  let run: Probe[] = [];
  let out: PoolOut | null = null;
  for (const probe of probes) {
    const against = out ? probe.ok : !probe.ok;
    if (!against) {
      if (!out && run.length > 0) result.failing.push({ from: run[0]!.t, to: probe.t });
      run = [];
      result.counts.push(null);
      continue;
    }
    run.push(probe);
    result.counts.push(run.length);
    if (out && run.length >= rules.rise) {
      out.to = probe.t;
      out = null;
      run = [];
    } else if (!out && run.length >= rules.fall) {
      out = ejection(host, run, probe.t);
      result.outs.push(out);
      result.failing.push({ from: run[0]!.t, to: probe.t });
      run = [];
    }
  }
  if (!out && run.length > 0) result.failing.push({ from: run[0]!.t, to: run.at(-1)!.t });
  return result;
}

function ejection(host: string, run: readonly Probe[], t: number): PoolOut {
  return {
    host,
    by: null,
    from: t,
    to: null,
    kind: 'probe',
    cause: `${run.length} probes in a row failed (${wordsOf(run)}).`,
    evidence: 'replay',
    firstFailure: run[0]!.t,
  };
}

function wordsOf(run: readonly Probe[]): string {
  const kinds = new Set(run.map(({ status }) => (status === null ? 'no answer' : String(status))));
  return [...kinds].join(', ');
}

/** The middle of the times between probes, which a pause of the balancer does not change; null for fewer than four. */
export function intervalOf(times: readonly number[]): number | null {
  const gaps = times
    .slice(1)
    .map((t, i) => t - times[i]!)
    .filter((gap) => gap > 0);
  if (gaps.length < 3) return null;
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]!;
}

/**
 * Fills in probes that left no line: in `dead` spans (nothing at all was logged by the host, and the balancer sent it
 * nothing either) each one due failed. Elsewhere a missing line proves nothing and is left out.
 */
export function fillDead(
  probes: readonly Probe[],
  dead: readonly { from: number; to: number }[],
  intervalMs: number,
): Probe[] {
  const filled = [...probes];
  for (const { from, to } of dead) {
    const before = probes.filter(({ t }) => t <= from).at(-1)?.t ?? from;
    for (let t = before + intervalMs; t < to; t += intervalMs) {
      if (t >= from) filled.push({ t, ok: false, status: null });
    }
  }
  return filled.sort((a, b) => a.t - b.t);
}

/**
 * From failures alone (a long range has too many probes to read them all): where the next failure is later than one
 * interval and a half, probes passed in between.
 */
export function implyPasses(failures: readonly Probe[], rules: MonitorRules, end: number): Probe[] {
  const { intervalMs, rise } = rules;
  return failures.flatMap((probe, i) => {
    const next = failures[i + 1]?.t ?? end;
    const passes = Array.from({ length: rise }, (_, k) => probe.t + (k + 1) * intervalMs);
    if (next - probe.t <= 1.5 * intervalMs) return [probe];
    return [probe, ...passes.filter((t) => t < next).map((t): Probe => ({ t, ok: true, status: null }))];
  });
}

/** Several balancers probe (an active one and its standby): out only while all of them have the host out. */
export function agreeOn(host: string, replays: readonly PoolOut[][]): PoolOut[] {
  if (replays.length === 1) return replays[0]!;
  const edges = [...new Set(replays.flat().flatMap(({ from, to }) => [from, to ?? Number.POSITIVE_INFINITY]))];
  edges.sort((a, b) => a - b);
  const agreed: PoolOut[] = [];
  edges.forEach((from, i) => {
    const at = replays.map((outs) => outs.find((out) => out.from <= from && (out.to === null || from < out.to)));
    if (at.some((out) => out === undefined)) return;
    const to = edges[i + 1] ?? Number.POSITIVE_INFINITY;
    const last = agreed.at(-1);
    const open = to === Number.POSITIVE_INFINITY ? null : to;
    if (last && last.to === from) last.to = open;
    else agreed.push({ ...at[0]!, host, from, to: open });
  });
  return agreed;
}
