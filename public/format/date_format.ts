/** The parts of Kibana's `dateFormat` that shorter times are written by (moment's tokens). */
export interface DatePatterns {
  full: string;
  /** A day with its year, and without. */
  day: string;
  shortDay: string;
  minute: string;
  second: string;
  milli: string;
}

/** Kibana's own default. */
export const DEFAULT_DATE_FORMAT = 'MMM D, YYYY @ HH:mm:ss.SSS';

const TOKENS =
  /\[[^\]]*\]|Mo|M{1,4}|Qo?|D{1,4}o?|do|d{1,4}|[eE]|wo|w{1,2}|Wo|W{1,2}|Y{1,6}|y{1,4}|g{2,4}|G{2,4}|A|a|H{1,2}|h{1,2}|k{1,2}|m{1,2}|s{1,2}|S{1,9}|z{1,2}|Z{1,2}|X|x|L{1,4}|l{1,4}|./gsu;

const isClock = (token: string) => /^(?:[Hhk]{1,2}|m{1,2}|s{1,2}|S+|[aAzZ]+)$/.test(token);
const isDay = (token: string) => /^(?:Mo|M+|D+o?|do|d+|Y+|y+)$/.test(token);
const isYear = (token: string) => /^[Yy]+$/.test(token);

/** What of the setting is day and what is time of day, and whether that has twelve hours. */
export function datePatterns(setting: string): DatePatterns {
  const full = setting.trim() === '' ? DEFAULT_DATE_FORMAT : setting;
  const tokens = full.match(TOKENS) ?? [];
  const half = tokens.find((token) => token === 'a' || token === 'A');
  const hours = tokens.find((token) => /^[Hhk]{1,2}$/.test(token)) ?? 'HH';
  const clock = (rest: string) => `${hours}:${rest}${half ? ` ${half}` : ''}`;
  const day = dayOf(tokens) || 'MMM D, YYYY';
  return {
    full,
    day,
    shortDay: withoutYear(day) || day,
    minute: clock('mm'),
    second: clock('mm:ss'),
    milli: clock('mm:ss.SSS'),
  };
}

/** From the first to the last token of a day, unless a time of day stands between them. */
function dayOf(tokens: string[]): string {
  const first = tokens.findIndex(isDay);
  if (first < 0) return '';
  const after = [...tokens].reverse().findIndex(isDay);
  const day = tokens.slice(first, tokens.length - after);
  const hasDate = day.some((token) => /^D/.test(token)) && day.some((token) => /^M/.test(token));
  return hasDate && !day.some(isClock) ? day.join('') : '';
}

/** `DD.MM.YYYY` → `DD.MM.`, `YYYY-MM-DD` → `MM-DD`. */
function withoutYear(day: string): string {
  const tokens = day.match(TOKENS) ?? [];
  const year = tokens.findIndex(isYear);
  if (year < 0) return day;
  if (year === 0) return tokens.slice(tokens.findIndex((token, i) => i > 0 && isDay(token))).join('');
  const before = tokens.slice(0, year).join('');
  return `${before.replace(/[^.\w\]]+$/u, '')}${tokens.slice(year + 1).join('')}`;
}
