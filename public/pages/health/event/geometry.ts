import type { EventDetail } from '../../../../common/api';

export const HEIGHT = 218;
/** Words above, the bars between, probes and axis below. */
export const TOP = 52;
export const BASE = 160;
export const PROBES = 182;
export const LEFT = 52;

export interface Bar {
  x: number;
  width: number;
  good: number;
  failed: number;
}

/** Heights of the bars in pixels, and the value at the top. 5XX stand in front, at the base. */
export function barsOf(detail: EventDetail, x: (t: number) => number): { bars: Bar[]; top: number } {
  const seconds = detail.interval_ms / 1000;
  const totals = detail.times.map((_, i) => ((detail.good[i] ?? 0) + (detail.failed[i] ?? 0)) / seconds);
  const top = niceTop(Math.max(1, ...totals));
  const scale = (BASE - TOP - 14) / top;
  const bars = detail.times.map((t, i): Bar => {
    const left = x(t);
    return {
      x: left,
      width: Math.max(1, x(t + detail.interval_ms) - left - 1),
      good: totals[i]! * scale,
      failed: ((detail.failed[i] ?? 0) / seconds) * scale,
    };
  });
  return { bars, top };
}

export interface PlacedMark {
  t: number;
  kind: EventDetail['marks'][number]['kind'];
  text: string;
  x: number;
  anchor: 'start' | 'middle' | 'end';
  /** 0 stands highest. */
  row: number;
}

const CHARACTER = 5.9;

/** Words of the marks in at most three rows, so that none covers another. */
export function placeMarks(
  marks: readonly { t: number; kind: PlacedMark['kind']; text: string }[],
  x: (t: number) => number,
  width: number,
): PlacedMark[] {
  const ends: number[] = [];
  return [...marks]
    .sort((a, b) => a.t - b.t)
    .map((mark) => {
      const at = x(mark.t);
      const length = mark.text.length * CHARACTER;
      const anchor = at + length > width ? 'end' : 'start';
      const begin = anchor === 'end' ? at - length : at;
      let row = ends.findIndex((end) => begin > end + 8);
      if (row === -1) row = Math.min(ends.length, 2);
      ends[row] = begin + length;
      return { ...mark, x: at, anchor, row };
    });
}

function niceTop(n: number): number {
  const power = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= n) ?? n;
}
