/** How far local time is from UTC: minutes east of it, or a zone (IANA's name), whose offset changes with the day. */
export type Offset = number | string;

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

/** Whether Node.js knows a zone of this name. */
export function isZone(name: string): boolean {
  return formatOf(name) !== undefined;
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) formats.set(zone, makeFormat(zone));
  return formats.get(zone);
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  } catch {
    return undefined;
  }
}

const HOUR_MS = 3_600_000;
/** Lines of an hour follow each other: the last answer of each zone is kept. */
const last = new Map<string, { hour: number; minutes: number }>();

/**
 * Minutes east of UTC that a zone's clock is when it shows this. Of an hour that the clock shows twice it is the first.
 * @param wallClock ms since 1970, as if the clock were in UTC
 */
export function zoneOffset(zone: string, wallClock: number): number {
  const hour = Math.floor(wallClock / (HOUR_MS / 4));
  const known = last.get(zone);
  if (known?.hour === hour) return known.minutes;
  const format = formatOf(zone);
  if (!format) return 0;
  const before = offsetAt(format, wallClock - 26 * HOUR_MS);
  const minutes = [before, offsetAt(format, wallClock + 26 * HOUR_MS)].find(
    (one) => offsetAt(format, wallClock - one * 60_000) === one,
  );
  const found = minutes ?? before;
  last.set(zone, { hour, minutes: found });
  return found;
}

/** @param time ms since 1970 */
function offsetAt(format: Intl.DateTimeFormat, time: number): number {
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const shown = Date.UTC(year, month - 1, day, hour, minute, second);
  return Math.round((shown - Math.floor(time / 1000) * 1000) / 60_000);
}
