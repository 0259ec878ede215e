import type { Cell, Grid, PlaceTier } from './evidence';
import { firstWhere } from './groups';
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
  const begin = grid.times[0] ?? 0;
  const stepOf = (t: number) => Math.floor((t - begin) / grid.interval);
  let k = firstWhere(cells, ({ t }) => t > ejected) - 1;
  let lead = null as LeadUp | null;
  let i = Math.min(grid.times.length - 1, stepOf(ejected));
  for (let calm = 0; i >= 0 && calm < 2; i--) {
    while (k >= 0 && stepOf(cells[k]!.t) > i) k--;
    const cell = k >= 0 && stepOf(cells[k]!.t) === i ? cells[k]! : null;
    const start = grid.times[i]!;
    const first = cell?.firstFailed ?? null;
    const during = probing !== null && start + grid.interval > probing && start <= ejected;
    if (cell === null || cell.failed === 0 || first === null || (!during && cell.failed < share * cell.n)) {
      // The ejection's own step, or one between two failing ones, may hold none.
      calm++;
      continue;
    }
    if (first > ejected) continue;
    calm = 0;
    lead = { first, failed: (lead?.failed ?? 0) + cell.failed };
  }
  return lead;
}
