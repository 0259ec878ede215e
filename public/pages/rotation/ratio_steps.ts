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

/** The step that a ratio falls into. */
export function ratioStep(ratio: number): number {
  return RATIO_STEPS.findIndex(({ to }) => ratio <= to);
}

/** Hosts furthest from their due first: by the mean distance of their buckets from 1. */
export function byUnevenness<H extends { host: string; ratio: (number | null)[] }>(hosts: readonly H[]): H[] {
  const distance = new Map(hosts.map((host) => [host, unevenness(host.ratio)]));
  return [...hosts].sort(
    (a, b) => distance.get(b)! - distance.get(a)! || a.host.localeCompare(b.host, 'en', { numeric: true }),
  );
}

function unevenness(ratios: readonly (number | null)[]): number {
  const known = ratios.filter((ratio): ratio is number => ratio !== null);
  if (known.length === 0) return 0;
  return known.reduce((sum, ratio) => sum + Math.abs(Math.min(ratio, 3) - 1), 0) / known.length;
}
