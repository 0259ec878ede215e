import { expect, test } from 'vitest';
import { FaultSwitch, invalid } from './fault.js';

test('a fault ends by itself after for_s seconds', () => {
  const faults = new FaultSwitch();
  faults.set({ status: 500, for_s: 30 });
  expect(faults.current('/')).toMatchObject({ status: 500 });
  expect(faults.current('/', Date.now() + 29_000)).toBeDefined();
  expect(faults.current('/', Date.now() + 30_001)).toBeUndefined();
});

test('a fault with a path leaves the other paths alone', () => {
  const faults = new FaultSwitch();
  faults.set({ status: 503, path: '/checkout' });
  expect(faults.current('/checkout')).toBeDefined();
  expect(faults.current('/')).toBeUndefined();
});

test.each([
  [null, /JSON object/],
  [{}, /status/],
  [{ status: 200 }, /400 to 599/],
  [{ status: 500, for_s: 0 }, /for_s/],
  [{ latency_ms: -1 }, /latency_ms/],
  [{ status: 500, path: 'x' }, /path/],
])('refuses %j and says why', (body, reason) => {
  expect(invalid(body)).toMatch(reason);
});

test('accepts a status, a latency, or both', () => {
  expect(invalid({ status: 500 })).toBeUndefined();
  expect(invalid({ latency_ms: 20 })).toBeUndefined();
  expect(invalid({ status: 503, latency_ms: 20, for_s: 5, path: '/' })).toBeUndefined();
});
