import type { Evidence, MonitorSeen, ProbeSeries } from './evidence';
import { greatestOf, groupBy, leastOf } from './groups';
import { goodTurns, peersMean } from './peers';
import type { Place } from './places';
import { isWatcher } from './probers';
import { fillDead, type MonitorRules, type Replay, replay } from './replay';
import type { Absence } from './words';

/**
 * One source that asks one path. It decides about a pool only if it is that balancer's own; `foreign` says why it is not:
 * its agent is a watcher's, or hosts that it had out for long went on taking turns.
 */
export interface Monitor {
  source: string;
  path: string;
  agent: string | null;
  foreign: 'agent' | 'turns' | null;
  rules: MonitorRules;
  hosts: Map<string, Replay & { from: number; to: number }>;
}

/** Connections that were open when a balancer ejected a host are kept so long (nginx's `keepalive_timeout`). */
const KEPT_OPEN_MS = 75_000;
const STILL_SERVES = 0.5;
/** Fewer turns than this say nothing of a place that got none. */
export const ENOUGH_TO_MISS = 10;

export function monitorsOf(
  evidence: Evidence,
  rules: { rise: number; fall: number; interval_s: number },
  dead: (host: string, minMs: number) => { from: number; to: number }[],
): Monitor[] {
  const keyOf = ({ source, path }: { source: string; path: string }) => JSON.stringify([source, path]);
  const seen = groupBy(evidence.inventory.monitors, keyOf);
  return [...groupBy(evidence.probes, keyOf)].map(([key, all]) => monitorOf(all, seen.get(key) ?? [], rules, dead));
}

function monitorOf(
  all: readonly ProbeSeries[],
  seen: readonly MonitorSeen[],
  { rise, fall, interval_s }: { rise: number; fall: number; interval_s: number },
  dead: (host: string, minMs: number) => { from: number; to: number }[],
): Monitor {
  const { source, path } = all[0]!;
  const intervalMs = intervalOf(all) ?? interval_s * 1000;
  const rules = { intervalMs, rise, fall };
  const alive = {
    from: leastOf(all.flatMap(({ runs }) => runs.map(({ first }) => first))),
    to: greatestOf(all.flatMap(({ runs }) => runs.map(({ last }) => last))),
  };
  const seriesOf = new Map(all.map((series) => [series.host, series]));
  const passes = new Map(seen.map(({ host, lastPass }) => [host, lastPass]));
  const names = new Set([...seriesOf.keys(), ...passes.keys()]);
  const hosts = new Map<string, Replay & { from: number; to: number }>();
  for (const host of names) {
    const runs = seriesOf.get(host)?.runs ?? [];
    // It is alive while it probes others: what it would have asked of a dead host, failed.
    const missed = dead(host, 2.5 * intervalMs)
      .map(({ from, to }) => ({
        from: Math.max(from, alive.from - intervalMs),
        to: Math.min(to, alive.to + intervalMs),
      }))
      .filter(({ from, to }) => from < to);
    const filled = fillDead(runs, missed, intervalMs, Math.max(rise, fall));
    if (filled.length === 0) continue;
    const result = replay(filled, rules);
    const lastPass = passes.get(host) ?? null;
    hosts.set(host, {
      ...result,
      absences: sinceLastPass(result.absences, filled.find(({ ok }) => ok)?.first, lastPass, rules),
      from: Math.min(filled[0]!.first, runs[0]?.first ?? Number.POSITIVE_INFINITY),
      to: filled.at(-1)!.last,
    });
  }
  const agent = seen.find((one) => one.agent !== null)?.agent ?? null;
  return { source, path, agent, foreign: isWatcher(agent) ? 'agent' : null, rules, hosts };
}

/** Out since before the first probe that was read: since the probes after the last one that it passed. */
function sinceLastPass(
  absences: readonly Absence[],
  firstPass: number | undefined,
  passed: number | null,
  { intervalMs, fall }: MonitorRules,
): Absence[] {
  const [first, ...rest] = absences;
  if (!first || passed === null || (firstPass !== undefined && firstPass < first.from)) return [...absences];
  const from = Math.min(first.from, passed + fall * intervalMs);
  return [{ ...first, from, firstFailure: passed + intervalMs }, ...rest];
}

/** The pace of the longest unbroken run; null where no run is long enough to tell. */
export function intervalOf(all: readonly ProbeSeries[]): number | null {
  const runs = all.flatMap(({ runs: own }) => own).filter(({ n, last, first }) => n >= 4 && last > first);
  const longest = runs.sort((a, b) => b.n - a.n)[0];
  if (!longest) return null;
  const gaps = longest.times
    .slice(1)
    .map((t, i) => t - longest.times[i]!)
    .filter((gap) => gap > 0)
    .sort((a, b) => a - b);
  // Probes that were read one by one show a pause for what it is; else the mean has to do.
  return gaps.length >= 3 ? gaps[Math.floor(gaps.length / 2)]! : (longest.last - longest.first) / (longest.n - 1);
}

/** A monitor is not the balancer's when hosts that it has out for long go on being given turns. */
export function markForeign(
  monitors: readonly Monitor[],
  placesOfHost: (host: string) => readonly Place[],
  poolOf: (place: Place) => readonly Place[],
  { grid, window }: Pick<Evidence, 'grid' | 'window'>,
): void {
  for (const monitor of monitors.filter(({ foreign }) => foreign === null)) {
    const contradicted = [...monitor.hosts].some(([host, { absences }]) => {
      const places = placesOfHost(host);
      return absences.some((absence) => {
        const span = {
          from: Math.max(absence.from, window.from) + KEPT_OPEN_MS,
          to: Math.min(absence.to ?? window.to, window.to),
        };
        if (span.to <= span.from || places.length === 0) return false;
        return places.every((place) => {
          const due = peersMean(place, poolOf(place), span, grid);
          const got = goodTurns(place, span, grid);
          return got >= ENOUGH_TO_MISS && got >= STILL_SERVES * due;
        });
      });
    });
    if (contradicted) monitor.foreign = 'turns';
  }
}
