import type { Classes, Turn } from '../../../../common/api';
import { statusClass } from '../../../theme/colours';

/** Errors are drawn tallest, so that they read first at any density; ticks of 2XX are shortest. */
const INSET: Record<keyof Classes, number> = { s2xx: 5, s3xx: 4, s4xx: 3, other: 3, s5xx: 0 };

/** The height that the insets are meant for; lower lanes have smaller ones. */
const FULL_HEIGHT = 26;

export interface MarkPath {
  status: keyof Classes;
  d: string;
  width: number;
}

/** All ticks of one lane as one path a status class: thousands of marks stay cheap to draw. */
export function markPaths(turns: readonly Turn[], x: (t: number) => number, height: number): MarkPath[] {
  const parts = new Map<keyof Classes, string[]>();
  for (const { t, status } of turns) {
    const name = statusClass(status);
    const list = parts.get(name) ?? [];
    parts.set(name, list);
    const inset = Math.round((INSET[name] * height) / FULL_HEIGHT);
    list.push(`M${x(t).toFixed(1)} ${inset}V${height - inset}`);
  }
  const order: (keyof Classes)[] = ['s2xx', 's3xx', 'other', 's4xx', 's5xx'];
  return order
    .filter((name) => parts.has(name))
    .map((name) => ({
      status: name,
      d: parts.get(name)!.join(''),
      width: name === 's5xx' ? 2.4 : name === 's2xx' ? 1.2 : 1.8,
    }));
}

/** The mark nearest to a time among those of one lane (sorted by time); -1 without any. */
export function nearestMark(turns: readonly Turn[], t: number): number {
  if (turns.length === 0) return -1;
  let low = 0;
  let high = turns.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (turns[middle]!.t < t) low = middle + 1;
    else high = middle;
  }
  const before = turns[low - 1];
  return before && t - before.t < turns[low]!.t - t ? low - 1 : low;
}
