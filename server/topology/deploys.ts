import type { VersionCell } from './evidence';
import { groupBy, leastOf } from './groups';
import type { Span } from './spans';

/** A change of `service.version` that lasts, on some hosts. Versions side by side are a canary and none; back is one too. */
export interface Deploy extends Span {
  hosts: string[];
  before: string;
  after: string;
  service: string;
}

/** Versions that start within this time of each other are one deploy. */
const ONE_DEPLOY_MS = 15 * 60_000;
/** Of the lines of a step: less is an old process that answers its last requests. */
const MOSTLY = 0.95;
/** Longer than this side by side is no change, but two versions. */
const SIDE_BY_SIDE_MS = 15 * 60_000;

export function deploysOf(cells: readonly VersionCell[], interval: number): Deploy[] {
  const byHost = groupBy(cells, ({ host, service }) => JSON.stringify([host, service]));
  const changes = [...byHost.values()].flatMap((own) => changesOf(own, interval)).sort((a, b) => a.from - b.from);
  const deploys: Deploy[] = [];
  const latest = new Map<string, Deploy>();
  for (const change of changes) {
    const key = JSON.stringify([change.service, change.before, change.after]);
    const same = latest.get(key);
    if (same && change.from - same.to < ONE_DEPLOY_MS) {
      same.hosts.push(...change.hosts);
      same.to = Math.max(same.to, change.from);
    } else {
      deploys.push(change);
      latest.set(key, change);
    }
  }
  return deploys;
}

interface Step {
  t: number;
  /** The version of (nearly) all lines; null where two share them. */
  version: string | null;
  cells: VersionCell[];
}

function changesOf(own: readonly VersionCell[], interval: number): Deploy[] {
  const steps = stepsOf(own);
  const changes: Deploy[] = [];
  let settled: string | null = null;
  let mixedSince: number | null = null;
  for (const { t, version, cells } of steps) {
    if (version === null) {
      mixedSince ??= t;
      // Two versions from the begin on, or for long: none of them is "the" version any more.
      if (settled !== null && t - mixedSince > SIDE_BY_SIDE_MS) settled = null;
      continue;
    }
    if (settled !== null && version !== settled) {
      const since = mixedSince ?? t;
      const firsts = own.filter((cell) => cell.version === version && cell.t >= since).map(({ first }) => first);
      const from = leastOf([...firsts, ...cells.filter((cell) => cell.version === version).map(({ first }) => first)]);
      const { host, service } = own[0]!;
      changes.push({ hosts: [host], from, to: from, before: settled, after: version, service });
    }
    settled = version;
    mixedSince = null;
  }
  const end = (steps.at(-1)?.t ?? 0) + interval;
  return changes.filter(({ from }) => lasts(from, end, steps, interval));
}

/** One step of another version between two others is a stray line, not a deploy, unless it is the last that is seen. */
function lasts(from: number, end: number, steps: readonly Step[], interval: number): boolean {
  const after = steps.filter(({ t }) => t + interval > from);
  const version = after.find((step) => step.version !== null)?.version;
  const run = after.findIndex((step) => step.version !== null && step.version !== version);
  const until = run < 0 ? end : after[run]!.t;
  const lines = after.slice(0, run < 0 ? undefined : run).reduce((n, s) => n + s.cells.reduce((a, c) => a + c.n, 0), 0);
  return until - from >= Math.min(interval, 60_000) / 2 && lines >= 2;
}

function stepsOf(own: readonly VersionCell[]): Step[] {
  const byTime = new Map<number, VersionCell[]>();
  for (const cell of own) {
    const known = byTime.get(cell.t);
    if (known) known.push(cell);
    else byTime.set(cell.t, [cell]);
  }
  return [...byTime]
    .sort(([a], [b]) => a - b)
    .map(([t, cells]) => {
      const all = cells.reduce((sum, { n }) => sum + n, 0);
      const most = [...cells].sort((a, b) => b.n - a.n)[0]!;
      return { t, version: most.n >= MOSTLY * all ? most.version : null, cells };
    });
}
