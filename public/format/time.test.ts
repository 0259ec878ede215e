import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EARLIEST, LATEST } from '../../common/api';
import { datePatterns } from './date_format';
import { createTimeFormat, timeTicks } from './time';

describe('timeTicks', () => {
  it('are as many as fit, inside the window, for a millisecond as for three centuries', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: EARLIEST, max: LATEST }),
        fc.oneof(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: LATEST - EARLIEST })),
        fc.double({ min: 3, max: 40, noNaN: true }),
        (from, length, count) => {
          const ticks = timeTicks(from, from + length, count);
          expect(ticks.length).toBeLessThanOrEqual(count + 1);
          expect(ticks.every((t) => t >= from && t <= from + length)).toBe(true);
        },
      ),
    );
  });
});

const t = Date.UTC(2026, 10, 23, 21, 7, 5, 123);

describe('times', () => {
  it.each([
    ['MMM D, YYYY @ HH:mm:ss.SSS', ['Nov 23, 2026 @ 21:07:05.123', '21:07', '21:07:05.123', 'Nov 23 21:07']],
    ['DD.MM.YYYY HH:mm:ss', ['23.11.2026 21:07:05', '21:07', '21:07:05.123', '23.11. 21:07']],
    ['YYYY-MM-DD[T]HH:mm:ss.SSSZ', ['2026-11-23T21:07:05.123+00:00', '21:07', '21:07:05.123', '11-23 21:07']],
    ['M/D/YYYY h:mm:ss a', ['11/23/2026 9:07:05 pm', '9:07 pm', '9:07:05.123 pm', '11/23 9:07 pm']],
    ['h:mm A, D MMM YYYY', ['9:07 PM, 23 Nov 2026', '9:07 PM', '9:07:05.123 PM', '23 Nov 9:07 PM']],
    ['X', ['1795468025', '21:07', '21:07:05.123', 'Nov 23 21:07']],
    ['', ['Nov 23, 2026 @ 21:07:05.123', '21:07', '21:07:05.123', 'Nov 23 21:07']],
  ])('are written as Kibana’s dateFormat %j says', (setting, written) => {
    const time = createTimeFormat('UTC', setting);
    const days = time.over(t - 86_400_000, t);
    expect([time.full(t), time.minute(t), time.milli(t), days.minute(t)]).toEqual(written);
  });

  it('have their day where a range spans days of the zone, and their year where it spans years', () => {
    const over = (from: string, to: string, zone: string) =>
      createTimeFormat(zone).over(Date.parse(from), Date.parse(to)).second(t);
    expect(over('2026-11-23T00:00:00Z', '2026-11-23T23:59:00Z', 'UTC')).toBe('21:07:05');
    expect(over('2026-11-23T00:00:00Z', '2026-11-23T23:59:00Z', 'Asia/Kolkata')).toBe('Nov 24 02:37:05');
    expect(over('2025-12-31T00:00:00Z', '2026-11-24T00:00:00Z', 'UTC')).toBe('Nov 23, 2026 21:07:05');
  });

  it('that come twice in an autumn night are told apart, however they are written', () => {
    const time = createTimeFormat('Europe/Berlin');
    const first = Date.parse('2026-10-25T02:30:00+02:00');
    const second = Date.parse('2026-10-25T02:30:00+01:00');
    expect([time.minute(first), time.minute(second)]).toEqual(['02:30 UTC+02:00', '02:30 UTC+01:00']);
    expect(time.minute(Date.parse('2026-10-25T03:30:00+01:00'))).toBe('03:30');
    expect(time.minute(Date.parse('2026-10-25T01:30:00+02:00'))).toBe('01:30');
    expect(time.zoneWords(first, second)).toBe('Europe/Berlin (UTC+02:00, later UTC+01:00)');
  });

  it('of one zone are never the same for two moments of a year, to the second', () => {
    const zones = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'UTC',
    );
    const second = fc.integer({ min: Date.UTC(2026, 0) / 1000, max: Date.UTC(2027, 0) / 1000 });
    const near = fc.integer({ min: 1, max: 7200 });
    fc.assert(
      fc.property(zones, second, near, (zone, a, apart) => {
        const time = createTimeFormat(zone).over(a * 1000, (a + 90_000) * 1000);
        expect(time.second(a * 1000)).not.toBe(time.second((a + apart) * 1000));
      }),
      { numRuns: 2000 },
    );
  });

  it('can be drawn from any setting', () => {
    fc.assert(
      fc.property(fc.string(), (setting) => {
        const { full, minute, day } = datePatterns(setting);
        expect([full, minute, day].every((pattern) => pattern.length > 0)).toBe(true);
        expect(typeof createTimeFormat('Browser', setting).full(t)).toBe('string');
      }),
    );
  });
});
