import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatStamp, StampClock } from './timestamp.js';

const moment = fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2199, 0) });

describe('formatStamp', () => {
  it('names the same instant in both spellings, whatever the offset', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -12 * 60, max: 14 * 60 }), (ms, offset) => {
        const stamp = formatStamp(ms, offset);
        expect(Date.parse(stamp.iso)).toBe(ms);
        expect(Date.parse(stamp.rfc5424)).toBe(ms);
        expect(stamp.rfc5424).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$/);
      }),
    );
  });

  it('shows local time with the zone east of UTC as +', () => {
    expect(formatStamp(Date.UTC(2026, 10, 23, 23, 30, 1, 7), 90).rfc5424).toBe('2026-11-24T01:00:01.007+01:30');
  });
});

describe('StampClock', () => {
  it('gives what formatStamp gives, also when the clock goes back', () => {
    fc.assert(
      fc.property(
        moment,
        fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: 1, maxLength: 50 }),
        (start, steps) => {
          const clock = new StampClock();
          let now = start;
          for (const step of steps) {
            now += step;
            expect(clock.at(now)).toEqual(formatStamp(now, -new Date(now).getTimezoneOffset()));
          }
        },
      ),
    );
  });

  it('follows the zone into summer time (in a process of that zone)', () => {
    const module = fileURLToPath(new URL('./timestamp.ts', import.meta.url));
    const code = `import { StampClock } from ${JSON.stringify(module)}; const c = new StampClock();
      console.log([c.at(Date.UTC(2026, 2, 29, 0, 59, 59, 999)).rfc5424, c.at(Date.UTC(2026, 2, 29, 1)).rfc5424].join());`;
    const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      env: { ...process.env, TZ: 'Europe/Berlin' },
    });
    expect(out.toString().trim()).toBe('2026-03-29T01:59:59.999+01:00,2026-03-29T03:00:00.000+02:00');
  });
});
