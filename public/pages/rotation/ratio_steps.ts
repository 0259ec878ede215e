/** Got ÷ due in seven steps, the middle one even; below in one hue, above in another, never in red. */
export const RATIO_STEPS = [
  { to: 0.25, label: 'under ¼ of its due', light: '#5a3d80', dark: '#b79ad8' },
  { to: 0.6, label: '¼ – 0.6', light: '#8f75b5', dark: '#8667ad' },
  { to: 0.85, label: '0.6 – 0.85', light: '#cdbfe0', dark: '#4d3b66' },
  { to: 1.15, label: 'even', light: '#e9edf3', dark: '#2a2c35' },
  { to: 1.4, label: '1.15 – 1.4', light: '#b5dcd6', dark: '#24504b' },
  { to: 2, label: '1.4 – 2', light: '#5fae9f', dark: '#3d8578' },
  { to: Number.POSITIVE_INFINITY, label: 'over twice its due', light: '#1f6f62', dark: '#7fd0c0' },
] as const;

/** Under so many turns due, chance alone makes a ratio of two: no colour then. */
export const ENOUGH_DUE = 20;

/** A stretch of a host's row. */
export interface RatioCell {
  /** Index of its first bucket, and how many it has. */
  from: number;
  buckets: number;
  /** Got ÷ due; null where too few turns were due to say so. */
  ratio: number | null;
}

export interface DueHost {
  host: string;
  requests: number[];
  due: number[];
}

/** The step that a ratio falls into. */
export function ratioStep(ratio: number): number {
  return RATIO_STEPS.findIndex(({ to }) => ratio <= to);
}

/** How many buckets one cell takes, the same for all rows, so that enough turns were due in most of them. */
export function bucketsPerCell(hosts: readonly DueHost[]): number {
  const means = hosts.map(({ due }) => sum(due) / Math.max(1, due.filter((n) => n > 0).length)).sort((a, b) => a - b);
  const typical = means[Math.floor(means.length / 2)] ?? 0;
  const most = Math.max(1, ...hosts.map(({ due }) => due.length));
  return typical > 0 ? Math.min(most, Math.ceil(ENOUGH_DUE / typical)) : 1;
}

/** A host's row; where nothing was due there is no cell. */
export function cellsOf({ requests, due }: DueHost, buckets: number): RatioCell[] {
  const cells: RatioCell[] = [];
  for (let from = 0; from < due.length; from += buckets) {
    const owed = sum(due.slice(from, from + buckets));
    const got = sum(requests.slice(from, from + buckets));
    if (owed <= 0 && got === 0) continue;
    cells.push({
      from,
      buckets: Math.min(buckets, due.length - from),
      ratio: owed >= ENOUGH_DUE ? got / owed : null,
    });
  }
  return cells;
}

/** Hosts furthest from their due first: by the mean distance of their cells from 1. */
export function byUnevenness<H extends DueHost>(hosts: readonly H[], buckets: number): H[] {
  const distance = new Map(hosts.map((host) => [host, unevenness(cellsOf(host, buckets))]));
  return [...hosts].sort(
    (a, b) => distance.get(b)! - distance.get(a)! || a.host.localeCompare(b.host, 'en', { numeric: true }),
  );
}

function unevenness(cells: readonly RatioCell[]): number {
  const known = cells.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
  if (known.length === 0) return 0;
  return sum(known.map((ratio) => Math.abs(Math.min(ratio, 3) - 1))) / known.length;
}

const sum = (row: readonly number[]) => row.reduce((total, n) => total + n, 0);
