import type { WindowInfo } from '../../common/api';
import type { Bucket } from './buckets';

/** Round steps that people can read off an axis, in milliseconds. */
const STEPS = [
  250, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
];

const DAY_MS = 86_400_000;

/** Elasticsearch's own limit of buckets an answer is 65,536; stay well below. */
const MAX_CELLS = 40_000;

/** Buckets on round times that cover a window. */
export interface Timeline {
  from: number;
  to: number;
  interval: number;
  times: number[];
}

/**
 * The finest round step with at most `wanted` buckets; fewer when `series` lines would need too many cells.
 */
export function timelineOf(from: string | number, to: string | number, wanted: number, series = 1): Timeline {
  const [start, end] = [new Date(from).getTime(), new Date(to).getTime()];
  // One bucket would never do for a range with a round time inside, such as 1970.
  const most = Math.max(2, Math.min(wanted, Math.floor(MAX_CELLS / Math.max(1, series))));
  const fits = (step: number) => Math.ceil(end / step) - Math.floor(start / step) <= most;
  const interval = STEPS.find(fits) ?? Math.ceil((end - start) / (most - 1) / DAY_MS) * DAY_MS;
  const times: number[] = [];
  for (let t = Math.floor(start / interval) * interval; t < end; t += interval) times.push(t);
  return { from: start, to: end, interval, times };
}

/** Minutes where a chart draws longer steps and there are not too many: what lasts a minute is then told in any range. */
export function minutesOf(timeline: Timeline, series: number): Timeline {
  const { from, to, interval } = timeline;
  const minute = 60_000;
  if (interval <= minute || (Math.ceil(to / minute) - Math.floor(from / minute)) * series > MAX_CELLS) return timeline;
  const times: number[] = [];
  // From the begin of the chart's first step, so that its steps are sums of minutes.
  for (let t = timeline.times[0]!; t < to; t += minute) times.push(t);
  return { from, to, interval: minute, times };
}

/** A row of finer steps as a chart draws it. */
export function foldRow(row: readonly number[], fine: readonly number[], { times, interval }: Timeline): number[] {
  const folded = times.map(() => 0);
  row.forEach((n, i) => {
    const k = Math.floor((fine[i]! - times[0]!) / interval);
    if (k >= 0 && k < folded.length) folded[k]! += n;
  });
  return folded;
}

export function zeros(timeline: Timeline): number[] {
  return timeline.times.map(() => 0);
}

/** The place of a `date_histogram`'s bucket; null outside of the timeline. */
export function indexOf(timeline: Timeline, bucket: Bucket): number | null {
  const i = Math.round((Number(bucket.key) - timeline.times[0]!) / timeline.interval);
  return i >= 0 && i < timeline.times.length ? i : null;
}

/** Adds a `date_histogram`'s buckets to a row of the timeline. */
export function addBuckets(row: number[], timeline: Timeline, buckets: Bucket[], count: (b: Bucket) => number): void {
  for (const bucket of buckets) {
    const i = indexOf(timeline, bucket);
    if (i !== null) row[i]! += count(bucket);
  }
}

/** The window as answers state it: lines of later than `settledTo` may still be on their way. */
export function windowOf(timeline: Timeline, settledTo: number): WindowInfo {
  const { from, to, interval } = timeline;
  return { from, to, interval_ms: interval, complete_to: Math.max(from, Math.min(to, settledTo)) };
}
