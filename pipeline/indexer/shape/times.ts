import { type Offset, zoneOffset } from './zones';

const MONTHS: Readonly<Record<string, number>> = {
  Jan: 0,
  Feb: 1,
  Mar: 2,
  Apr: 3,
  May: 4,
  Jun: 5,
  Jul: 6,
  Aug: 7,
  Sep: 8,
  Oct: 9,
  Nov: 10,
  Dec: 11,
};

/**
 * Log times as ISO 8601 in UTC with milliseconds, or undefined when the text is not such a time.
 * Lines of the same second follow each other, so the last answer is kept.
 */
let lastClf = '';
let lastClfIso: string | undefined;

/** `23/Nov/2026:10:00:00 +0100` (nginx, gunicorn; RFC 1123's month names). */
export function clfTime(text: string): string | undefined {
  if (text === lastClf) return lastClfIso;
  lastClf = text;
  lastClfIso = parseClf(text);
  return lastClfIso;
}

function parseClf(text: string): string | undefined {
  const zone = zoneMinutes(text.slice(21));
  return zone === undefined ? undefined : iso(slashed(text.slice(0, 20)), zone);
}

/** `23/Nov/2026:10:00:00.123` (HAProxy, local time of its host). */
export function haproxyTime(text: string, offset: Offset): string | undefined {
  return iso(slashed(text), offset);
}

/** `2026/11/23` or `2026-11-23`, and `10:00:00` or `10:00:00,123` or `10:00:00.123`. */
export function plainTime(date: string, time: string, offset: Offset): string | undefined {
  const day = /^(\d{4})[/-](\d\d)[/-](\d\d)$/.exec(date);
  if (!day) return undefined;
  return iso(clock(Number(day[1]), Number(day[2]) - 1, Number(day[3]), time.replace(',', '.')), offset);
}

/** Seconds since 1970 with a fraction, as text (`1795430106.760`). */
export function epochTime(text: string): string | undefined {
  const ms = Math.round(Number(text) * 1000);
  return text !== '' && Number.isFinite(ms) && ms > 0 && ms < 253_402_300_800_000
    ? new Date(ms).toISOString()
    : undefined;
}

/** A time of any form that says its zone: ISO 8601, seconds or milliseconds since 1970, the Common Log Format's. */
export function zonedTime(text: string): string | undefined {
  if (/^\d{9,10}(?:\.\d+)?$/.test(text)) return epochTime(text);
  if (/^\d{12,13}(?:\.\d+)?$/.test(text)) return epochTime(String(Number(text) / 1000));
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$/.test(text)) return utc(text.replace(',', '.'));
  return clfTime(text.replace(/^\[(.*)\]$/, '$1'));
}

const QUARTER_MS = 900_000;

/**
 * When an HAProxy request began. `%tr` says it in local time, whose zone is uncertain; `%Ts.%ms` is UTC but the accept date,
 * which on a kept-alive connection is the end of the request before. Zones differ by whole quarters of an hour, and a
 * connection idles less than one: what is left of the difference is the idle time.
 */
export function requestBegin(local: string, accepted: string): string {
  const difference = Date.parse(local) - Date.parse(accepted);
  const idle = ((difference % QUARTER_MS) + QUARTER_MS) % QUARTER_MS;
  return new Date(Date.parse(accepted) + (idle > QUARTER_MS - 1000 ? 0 : idle)).toISOString();
}

/** A day, perhaps with a time that a clock shows and a zone of 18 hours at most: no more does Elasticsearch take. */
const ISO_TIME =
  /^\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?(Z|[+-](0\d|1[0-7]):?[0-5]\d|[+-]18:?00)?)?$/;
/** Events come together: they are often of the day of the event before. */
let lastDay = '';

/** Whether Elasticsearch takes a text as a date: ISO 8601, and one that a calendar has. */
export function isIsoTime(text: string): boolean {
  if (!ISO_TIME.test(text)) return false;
  const day = text.slice(0, 10);
  if (day === lastDay) return true;
  // To JavaScript 30 February is 2 March.
  const ms = Date.parse(day);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day) return false;
  lastDay = day;
  return true;
}

/** 18 hours: no clock is farther from UTC. */
const FARTHEST = 18 * 60;

/** `+0130`, `-08:00`, `Z` as minutes east of UTC. */
export function zoneMinutes(text: string): number | undefined {
  if (text === 'Z') return 0;
  if (text === '+0000') return 0;
  const found = /^([+-])(\d\d):?(\d\d)$/.exec(text);
  if (!found) return undefined;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  if (Number(found[3]) > 59 || minutes > FARTHEST) return undefined;
  return found[1] === '-' ? -minutes : minutes;
}

/** The offset at the end of an RFC 3339 time: that of the rsyslog which read the line, on the same host. */
export function offsetOf(rfc3339: string): number {
  if (rfc3339.endsWith('Z')) return 0;
  return zoneMinutes(rfc3339.slice(-6)) ?? 0;
}

/** An RFC 3339 time in UTC with milliseconds. */
export function utc(rfc3339: string): string | undefined {
  const ms = Date.parse(rfc3339);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function slashed(text: string): number | undefined {
  const month = MONTHS[text.slice(3, 6)];
  if (month === undefined || text[2] !== '/' || text[6] !== '/' || text[11] !== ':') return undefined;
  return clock(Number(text.slice(7, 11)), month, Number(text.slice(0, 2)), text.slice(12));
}

/** UTC milliseconds of a wall clock's reading; undefined for what no clock shows. */
function clock(year: number, month: number, day: number, time: string): number | undefined {
  const found = /^(\d\d):(\d\d):(\d\d(?:\.\d{1,9})?)$/.exec(time);
  if (!found) return undefined;
  const [hours, minutes, seconds] = [Number(found[1]), Number(found[2]), Number(found[3])];
  if (!(month <= 11 && day >= 1 && hours <= 23 && minutes <= 59 && seconds < 61)) return undefined;
  const ms = Date.UTC(year, month, day, hours, minutes) + Math.floor(seconds * 1000 + 1e-6);
  // 31 February is not 3 March.
  return new Date(Date.UTC(year, month, day)).getUTCMonth() === month ? ms : undefined;
}

function iso(wallClock: number | undefined, offset: Offset): string | undefined {
  if (wallClock === undefined || Number.isNaN(wallClock)) return undefined;
  const minutes = typeof offset === 'number' ? offset : zoneOffset(offset, wallClock);
  return new Date(wallClock - minutes * 60_000).toISOString();
}
