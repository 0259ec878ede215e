import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServerClock } from './server_clock';

const T0 = Date.UTC(2026, 10, 30, 12);
beforeEach(() => void vi.useFakeTimers({ now: T0 }));
afterEach(() => void vi.useRealTimers());

test('no skew is told that the way to the server could explain', () => {
  const ms = fc.integer({ min: 0, max: 60_000 });
  fc.assert(
    fc.property(fc.array(fc.tuple(ms, ms), { minLength: 1 }), (answers) => {
      const clock = new ServerClock();
      for (const [there, back] of answers) clock.hear(T0 + there, T0, T0 + there + back);
      expect(clock.skewMs).toBe(0);
      expect(clock.now()).toBe(T0);
    }),
  );
});

test('a browser that is ten minutes off goes by the server, to the half of the quickest answer’s time', () => {
  const ms = fc.integer({ min: 0, max: 60_000 });
  fc.assert(
    fc.property(fc.array(fc.tuple(ms, ms), { minLength: 1 }), fc.constantFrom(-600_000, 600_000), (answers, skew) => {
      const clock = new ServerClock();
      for (const [there, back] of answers) clock.hear(T0 + there + skew, T0, T0 + there + back);
      const doubt = Math.min(...answers.map(([there, back]) => (there + back) / 2));
      expect(Math.abs(clock.skewMs - skew)).toBeLessThanOrEqual(doubt + 1);
    }),
  );
});

test('a clock that is set right is believed', () => {
  const clock = new ServerClock();
  clock.hear(T0 + 600_000, T0, T0 + 20);
  expect(clock.skewMs).toBeGreaterThan(599_000);
  clock.hear(T0, T0, T0 + 200);
  expect(clock.skewMs).toBe(0);
});
