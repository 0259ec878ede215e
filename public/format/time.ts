import moment from 'moment-timezone';

/** Formats moments (ms since 1970) in the user's time zone (Kibana's `dateFormat:tz`). */
export interface TimeFormat {
  zone: string;
  /** "Europe/Berlin (UTC+01:00)", as it is at that moment. */
  zoneWords(t: number): string;
  /** 09:07 */
  minute(t: number): string;
  /** 09:07:05 */
  second(t: number): string;
  /** 09:07:05.123 */
  milli(t: number): string;
  /** Nov 23, 2026 @ 09:07:05 */
  full(t: number): string;
  /** What suits an axis over that span. */
  axis(spanMs: number): (t: number) => string;
}

const DAY_MS = 86_400_000;

export function createTimeFormat(setting: string): TimeFormat {
  const zone = setting === 'Browser' || !moment.tz.zone(setting) ? moment.tz.guess() : setting;
  const by = (pattern: string) => (t: number) => moment.tz(t, zone).format(pattern);
  return {
    zone,
    zoneWords: (t) => (zone === 'UTC' ? zone : `${zone} (UTC${by('Z')(t)})`),
    minute: by('HH:mm'),
    second: by('HH:mm:ss'),
    milli: by('HH:mm:ss.SSS'),
    full: by('MMM D, YYYY @ HH:mm:ss'),
    axis(spanMs) {
      if (spanMs <= 10 * 60_000) return by('HH:mm:ss');
      if (spanMs <= DAY_MS) return by('HH:mm');
      return by(spanMs <= 4 * DAY_MS ? 'MMM D HH:mm' : 'MMM D');
    },
  };
}

/** Steps that read well on a time axis. */
const STEPS_MS = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000,
];

const WEEK_MS = 604_800_000;

/** At most `count` round times (and one) within a window, for axes that we draw ourselves. */
export function timeTicks(from: number, to: number, count: number, zone = 'UTC'): number[] {
  const step =
    STEPS_MS.find((s) => (to - from) / s <= count) ?? Math.ceil((to - from) / Math.max(1, count) / WEEK_MS) * WEEK_MS;
  const shift = moment.tz(from, zone).utcOffset() * 60_000;
  const ticks: number[] = [];
  for (let t = Math.ceil((from + shift) / step) * step - shift; t <= to; t += step) ticks.push(t);
  return ticks;
}
