import type { Span } from '../spans';

/** One host's requests in time, as the tier above gave them to it. */
export interface HostRow {
  host: string;
  tier: 'frontend' | 'webapp';
  /** The frontends whose pool it is in; empty in the first tier. */
  frontends: string[];
  requests: number[];
  /** Of these: it answered 5XX. */
  failed: number[];
  /** Of these: the user got a 5XX. */
  hurt: number[];
  /** Time of the first and last 5XX in each bucket; null without one. */
  firstFailure: (number | null)[];
  lastFailure: (number | null)[];
}

/** Buckets of one width. */
export interface Grid {
  times: readonly number[];
  interval: number;
}

export interface BurstRules {
  minFailed: number;
  share: number;
}

export interface Burst extends Span {
  host: string;
  tier: HostRow['tier'];
  failed: number;
  hurt: number;
}

/** Stretches of buckets with many 5XX, at the exact times of their first and last one; one calm bucket joins two. */
export function burstsOf(row: HostRow, rules: BurstRules): Burst[] {
  const bursts: Burst[] = [];
  let lastHot = Number.NEGATIVE_INFINITY;
  row.failed.forEach((failed, i) => {
    const hot = failed > 0 && failed >= rules.share * (row.requests[i] ?? 0);
    if (!hot) return;
    const [from, to] = [row.firstFailure[i] ?? 0, row.lastFailure[i] ?? 0];
    const last = bursts.at(-1);
    if (last && i - lastHot <= 2) {
      last.to = to;
      last.failed += failed;
      last.hurt += row.hurt[i] ?? 0;
    } else bursts.push({ host: row.host, tier: row.tier, from, to, failed, hurt: row.hurt[i] ?? 0 });
    lastHot = i;
  });
  return bursts.filter((burst) => burst.failed >= rules.minFailed);
}

export interface LeadUp {
  first: number;
  failed: number;
  hurt: number;
}

/**
 * The failures that led up to an ejection: back from it, bucket by bucket, while many answers are 5XX or the probes had
 * begun to fail. null when there was none.
 */
export function leadUpTo(
  row: HostRow,
  grid: Grid,
  ejected: number,
  probing: number | null,
  share: number,
): LeadUp | null {
  let i = Math.min(row.failed.length - 1, Math.floor((ejected - (grid.times[0] ?? 0)) / grid.interval));
  let found = null as LeadUp | null;
  for (let calm = 0; i >= 0 && calm < 2; i--) {
    const failed = row.failed[i] ?? 0;
    const start = grid.times[i]!;
    const during = probing !== null && start + grid.interval > probing && start <= ejected;
    const first = row.firstFailure[i] ?? null;
    if (failed === 0 || first === null || (!during && failed < share * (row.requests[i] ?? 0))) {
      // The ejection's own bucket, or one between two failing ones, may hold none.
      calm++;
      continue;
    }
    if (first > ejected) continue;
    calm = 0;
    found = { first, failed: (found?.failed ?? 0) + failed, hurt: (found?.hurt ?? 0) + (row.hurt[i] ?? 0) };
  }
  return found;
}

/** Sum of a row over the buckets that lie whole in a span: what is surely inside. */
export function sumInside(row: readonly number[], { times, interval }: Grid, { from, to }: Span): number {
  return row.reduce((sum, value, i) => (times[i]! >= from && times[i]! + interval <= to ? sum + value : sum), 0);
}

/** Sum of a row over the buckets that begin in a span. */
export function sumOver(row: readonly number[], grid: Grid, { from, to }: Span): number {
  return row.reduce((sum, value, i) => (grid.times[i]! >= from && grid.times[i]! < to ? sum + value : sum), 0);
}

/** Times without a line: between the last of one bucket and the first of the next that has any. */
export function quietSpans(signs: readonly Span[], window: Span, minMs: number): Span[] {
  const ends = [window.from, ...signs.flatMap(({ from, to }) => [from, to]), window.to];
  const quiet: Span[] = [];
  for (let i = 0; i + 1 < ends.length; i += 2) {
    const span = { from: ends[i]!, to: ends[i + 1]! };
    if (span.to - span.from >= minMs) quiet.push(span);
  }
  return quiet;
}
