import { hostOf, type Line } from './line';
import type { ShapeSettings } from './settings';
import { offsetOf, utc } from './times';
import { isZone, type Offset, zoneOffset } from './zones';

/**
 * How far a line's local times are from UTC: the zone that is declared for its host, that of the agent which read the file, or the offset of
 * the header's time.
 */
export function localOffset(line: Line, { zones }: ShapeSettings): Offset {
  const declared = zones.get(hostOf(line));
  if (declared !== undefined) return declared;
  const zone = line.agent?.['file'] ? line.agent['zone'] : undefined;
  return zone && isZone(zone) ? zone : offsetOf(line.header.ts);
}

/** `<134>Nov 30 …`: RFC 3164 says neither year nor zone. */
const YEARLESS = /^<\d{1,3}>[A-Z][a-z]{2} /;

/** The header's time; without a year it is the year that puts it nearest to the receipt, without a zone that of its host if declared. */
export function headerTime(line: Line, { zones }: ShapeSettings): string | undefined {
  const { header, agent } = line;
  if (agent || !YEARLESS.test(header.raw ?? '')) return utc(header.ts);
  const received = Date.parse(header.rcv);
  // The clock's reading: rsyslog put its own year and zone to it.
  const shown = Date.parse(header.ts.replace(/(?:Z|[+-]\d\d:\d\d)$/, 'Z'));
  if (Number.isNaN(shown) || Number.isNaN(received)) return utc(header.ts);
  const zone = zones.get(hostOf(line));
  const times = [-1, 0, 1].map((years) => {
    const clock = new Date(shown);
    clock.setUTCFullYear(clock.getUTCFullYear() + years);
    const minutes = zone === undefined ? offsetOf(header.ts) : zoneOffset(zone, clock.getTime());
    return clock.getTime() - minutes * 60_000;
  });
  const nearest = times.reduce((best, time) => (Math.abs(time - received) < Math.abs(best - received) ? time : best));
  return new Date(nearest).toISOString();
}
