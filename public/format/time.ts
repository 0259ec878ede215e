import moment from 'moment-timezone';
import { DEFAULT_DATE_FORMAT, datePatterns } from './date_format';

/** Formats moments (ms since 1970) as Kibana's settings say; one of two that a clock shows alike bears its offset. */
export interface TimeFormat {
  zone: string;
  /** Kibana's `dateFormat`. */
  pattern: string;
  /** "Europe/Berlin (UTC+01:00)", as it is from the one moment to the other. */
  zoneWords(from: number, to: number): string;
  /** 09:07 */
  minute(t: number): string;
  /** 09:07:05 */
  second(t: number): string;
  /** 09:07:05.123 */
  milli(t: number): string;
  /** Nov 23, 2026 @ 09:07:05.123 */
  full(t: number): string;
  /** What suits an axis over that span. */
  axis(spanMs: number): (t: number) => string;
  /** The same, but where a range spans days each time has its day. */
  over(from: number, to: number): TimeFormat;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** @param zoneSetting `dateFormat:tz`, "Browser" or a zone */
export function createTimeFormat(zoneSetting: string, dateFormat = DEFAULT_DATE_FORMAT): TimeFormat {
  const zone = zoneSetting !== 'Browser' && moment.tz.zone(zoneSetting) ? zoneSetting : browserZone();
  const patterns = datePatterns(dateFormat);
  const at = (t: number) => moment.tz(t, zone);
  const by = (pattern: string) => (t: number) =>
    isTwice(t, zone) && !/Z/.test(pattern) ? at(t).format(`${pattern} [UTC]Z`) : at(t).format(pattern);
  const format = (day: string): TimeFormat => ({
    zone,
    pattern: patterns.full,
    zoneWords(from, to) {
      const [first, last] = [from, to].map((t) => at(t).format('Z'));
      if (zone === 'UTC') return zone;
      return `${zone} (UTC${first}${first === last ? '' : `, later UTC${last}`})`;
    },
    minute: by(day + patterns.minute),
    second: by(day + patterns.second),
    milli: by(day + patterns.milli),
    full: by(patterns.full),
    axis(spanMs) {
      if (spanMs <= 10 * 60_000) return by(patterns.second);
      if (spanMs <= DAY_MS) return by(patterns.minute);
      return by(spanMs <= 4 * DAY_MS ? `${patterns.shortDay} ${patterns.minute}` : patterns.shortDay);
    },
    over: (from, to) =>
      at(from).isSame(at(to), 'day')
        ? format('')
        : format(`${at(from).isSame(at(to), 'year') ? patterns.shortDay : patterns.day} `),
  });
  return format('');
}

/** The browser's own word for it; moment's guess takes "UTC" for Africa/Abidjan. */
function browserZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return moment.tz.zone(timeZone) ? timeZone : moment.tz.guess();
}

/** Whether the same time of day comes twice that night, as when summer time ends. */
function isTwice(t: number, zone: string): boolean {
  const offset = (when: number) => moment.tz(when, zone).utcOffset() * 60_000;
  const here = offset(t);
  return [t - 3 * HOUR_MS, t + 3 * HOUR_MS].some((near) => {
    const there = offset(near);
    return there !== here && offset(t + here - there) === there;
  });
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
