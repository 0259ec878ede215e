/** One instant in the two spellings an event needs. */
export interface Stamp {
  /** UTC with milliseconds, `2026-11-23T10:22:00.123Z`, for `@timestamp`. */
  iso: string;
  /** RFC 5424 section 6.2.3: local time with its offset, `2026-11-23T11:22:00.123+01:00`. */
  rfc5424: string;
}

/** Formats one instant. `offsetMinutes` is east of UTC, the opposite sign of `Date.getTimezoneOffset()`. */
export function formatStamp(ms: number, offsetMinutes: number): Stamp {
  const iso = new Date(ms).toISOString();
  if (offsetMinutes === 0) return { iso, rfc5424: iso };
  const local = new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, -1);
  return { iso, rfc5424: `${local}${formatOffset(offsetMinutes)}` };
}

/** `+02:00` for 120. RFC 5424's TIME-NUMOFFSET has no seconds: zones of before 1972 are rounded to minutes. */
export function formatOffset(minutes: number): string {
  const rounded = Math.round(minutes);
  if (rounded === 0) return 'Z';
  const absolute = Math.abs(rounded);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${rounded < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
}

/**
 * Formats the current time, reusing the spelling of the last call when it was in the same second. The zone's offset is
 * asked once a second, so a change to summer time is followed at once.
 */
export class StampClock {
  private second = Number.NaN;
  private isoHead = '';
  private localHead = '';
  private zone = 'Z';
  private lastMs = Number.NaN;
  private last: Stamp = { iso: '', rfc5424: '' };

  at(ms: number): Stamp {
    if (ms === this.lastMs) return this.last;
    const second = Math.floor(ms / 1000);
    if (second !== this.second) this.turn(second);
    const rest = ms - second * 1000;
    const digits = rest < 10 ? `00${rest}` : rest < 100 ? `0${rest}` : `${rest}`;
    this.lastMs = ms;
    this.last = {
      iso: `${this.isoHead}${digits}Z`,
      rfc5424: `${this.localHead}${digits}${this.zone}`,
    };
    return this.last;
  }

  private turn(second: number): void {
    const offset = Math.round(-new Date(second * 1000).getTimezoneOffset());
    this.second = second;
    this.isoHead = new Date(second * 1000).toISOString().slice(0, 20);
    this.localHead = new Date(second * 1000 + offset * 60_000).toISOString().slice(0, 20);
    this.zone = formatOffset(offset);
  }
}
