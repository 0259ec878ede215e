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
  const stretches: ProbeRun[][] = [];
  for (const run of [...runs].sort((a, b) => a.first - b.first)) {
    const last = stretches.at(-1);
    if (last && last[0]!.ok === run.ok) last.push(run);
    else stretches.push([run]);
  }
  return stretches.map(oneRun);
}

function oneRun(runs: readonly ProbeRun[]): ProbeRun {
  const [first] = runs;
  if (runs.length === 1) return first!;
  const times: number[] = [];
  const statuses = new Set<number | null>();
  let n = 0;
  for (const run of runs) {
    // Times count from the run's begin, without a hole.
    if (times.length === n) for (const t of run.times) times.push(t);
    n += run.n;
    for (const status of run.statuses) statuses.add(status);
  }
  return { ...first!, n, last: runs.at(-1)!.last, times, statuses: [...statuses] };
}

/** What was read as one run has an end and a new begin where the host was dead in between. */
function parted(run: ProbeRun, dead: readonly Span[]): ProbeRun[] {
  const parts: ProbeRun[] = [];
  let rest = run;
  for (let i = firstAfter(dead, run.first); i < dead.length && dead[i]!.from < run.last; i++) {
    const { from, to } = dead[i]!;
    if (rest.last <= from || rest.first >= to || rest.n < 2) continue;
    const [before, after] = [rest.times.filter((t) => t <= from), rest.times.filter((t) => t >= to)];
    const alive = Math.max(1, rest.last - rest.first - (to - from));
    // Those that were not read one by one came at an even pace.
    const isRead = rest.times.length === rest.n;
    const n = isRead ? before.length : 1 + Math.round(((rest.n - 2) * Math.max(0, from - rest.first)) / alive);
    parts.push({ ...rest, n, last: isRead ? (before.at(-1) ?? rest.first) : from, times: before });
    rest = { ...rest, n: rest.n - n, first: after[0] ?? to, times: after };
  }
  return [...parts, rest].filter(({ n }) => n > 0);
}

/** The first span that ends after a moment. */
function firstAfter(spans: readonly Span[], t: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.to <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Probes that are told one by one: those of a run that change a state are among them. */
const TOLD = 1000;

/**
 * A host that wrote nothing at all, while its monitor went on elsewhere: each probe due there failed. Of a silence only the
 * first ones are listed, and the others counted, so that it costs the same however long it is.
 * @param dead in order of time, apart from each other
 * @param told so many are listed: no fewer than change a state
 */
export function fillDead(
  runs: readonly ProbeRun[],
  dead: readonly Span[],
  intervalMs: number,
  told: number = TOLD,
): ProbeRun[] {
  const filled = runs.flatMap((run) => parted(run, dead));
  const lasts = filled.map(({ last }) => last).sort((a, b) => a - b);
  let i = 0;
  for (const { from, to } of dead) {
    while (i < lasts.length && lasts[i]! <= from) i++;
    const first = Math.max(from, lasts[i - 1] ?? from) + intervalMs;
    const due = Math.ceil((to - first) / intervalMs);
    if (due <= 0) continue;
    const times = Array.from({ length: Math.min(due, told) }, (_, k) => first + k * intervalMs);
    filled.push({ ok: false, n: due, first, last: first + (due - 1) * intervalMs, times, statuses: [null] });
  }
  return joinRuns(filled);
}
