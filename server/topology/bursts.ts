import { rowOf, timesOf } from './cells';
import type { Cell, Grid, PlaceTier } from './evidence';
import type { Span } from './spans';

/** One host's turns in time, all its places together. */
export interface HostRow {
  host: string;
  tier: PlaceTier;
  /** Who gives it turns. */
  tellers: string[];
  cells: readonly Cell[];
}

export interface BurstRules {
  minFailed: number;
  share: number;
}

export interface Burst extends Span {
  host: string;
  tier: PlaceTier;
  failed: number;
  hurt: number;
}

/** Bursts are told in minutes, whatever a page draws, so that one is the same in half an hour and in twelve. */
const MINUTE = 60_000;

/** Runs of minutes in which many answers were 5XX, from their first to their last one; one calm minute joins two. */
export function burstsOf(row: HostRow, rules: BurstRules, grid: Grid): Burst[] {
  const minutes = byMinute(row.cells, grid);
  const bursts: Burst[] = [];
  let lastHot = Number.NEGATIVE_INFINITY;
  for (const { t, n, failed, hurt, firstFailed, lastFailed } of minutes) {
    if (failed === 0 || failed < rules.share * n || firstFailed === null || lastFailed === null) continue;
    const last = bursts.at(-1);
    if (last && t - lastHot <= 2 * Math.max(MINUTE, grid.interval)) {
      last.to = lastFailed;
      last.failed += failed;
      last.hurt += hurt;
    } else bursts.push({ host: row.host, tier: row.tier, from: firstFailed, to: lastFailed, failed, hurt });
    lastHot = t;
  }
  return bursts.filter(({ failed }) => failed >= rules.minFailed);
}

function byMinute(cells: readonly Cell[], { interval }: Grid): Cell[] {
  if (interval >= MINUTE) return [...cells];
  const minutes = new Map<number, Cell>();
  for (const cell of cells) {
    const t = Math.floor(cell.t / MINUTE) * MINUTE;
    const known = minutes.get(t);
    if (!known) minutes.set(t, { ...cell, t });
    else {
      known.n += cell.n;
      known.failed += cell.failed;
      known.hurt += cell.hurt;
      known.last = cell.last;
      known.firstFailed ??= cell.firstFailed;
      known.lastFailed = cell.lastFailed ?? known.lastFailed;
    }
  }
  return [...minutes.values()].sort((a, b) => a.t - b.t);
}

export interface LeadUp {
  first: number;
  failed: number;
}

/**
 * The failures that led up to an ejection: back from it, step by step, while many answers are 5XX or the probes had begun
 * to fail. null when there was none.
 */
export function leadUpTo(
  cells: readonly Cell[],
  grid: Grid,
  ejected: number,
  probing: number | null,
  share: number,
): LeadUp | null {
  const [n, failed] = [rowOf(cells, grid), rowOf(cells, grid, (cell) => cell.failed)];
  const firsts = timesOf(cells, grid, ({ firstFailed }) => firstFailed);
  let i = Math.min(failed.length - 1, Math.floor((ejected - (grid.times[0] ?? 0)) / grid.interval));
  let lead = null as LeadUp | null;
  for (let calm = 0; i >= 0 && calm < 2; i--) {
    const start = grid.times[i]!;
    const first = firsts[i] ?? null;
    const during = probing !== null && start + grid.interval > probing && start <= ejected;
    if (failed[i] === 0 || first === null || (!during && failed[i]! < share * n[i]!)) {
      // The ejection's own step, or one between two failing ones, may hold none.
      calm++;
      continue;
    }
    if (first > ejected) continue;
    calm = 0;
    lead = { first, failed: (lead?.failed ?? 0) + failed[i]! };
  }
  return lead;
}
