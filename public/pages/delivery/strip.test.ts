import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Run } from '../../../common/api';
import { LEAST_WIDTH, stripMarks } from './strip';

const RUN: Run = {
  id: 'a-1',
  short_id: '1',
  host: 'web-1',
  service: 's',
  version: '1',
  state: 'proven',
  started: 0,
  last_seen: 1,
  closed: true,
  sent: 1000,
  sent_is_lower_bound: false,
  indexed: 1000,
  duplicates_indexed: 0,
  missing: 0,
  missing_ranges: [],
  missing_ranges_truncated: false,
  in_flight: 0,
  unsearched: 0,
  expired: 0,
  dropped: 0,
  unproven_after: null,
  drops: [],
  dead_letters: 0,
  dead_letter_ranges: [],
  duplicates_refused: null,
  notes: [],
  lag_p50_ms: null,
  lag_p95_ms: null,
};
const gap = (first: number, last: number) => ({ first, last, from: null, to: null });

test('a run without a gap has no mark', () => {
  expect(stripMarks(RUN, 160)).toEqual([]);
});

test('a gap of one line is wide enough to be seen, and stands where it happened', () => {
  const [mark] = stripMarks({ ...RUN, sent: 241_882, missing_ranges: [gap(184_207, 184_209)] }, 160);
  expect(mark).toMatchObject({ kind: 'missing', width: LEAST_WIDTH });
  expect((mark!.x + LEAST_WIDTH / 2) / 160).toBeCloseTo(184_208 / 241_882, 2);
});

test('every mark stays within the strip', () => {
  const range = fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 999 }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 20 }), fc.boolean(), (ranges, unproven) => {
      const missing_ranges = ranges.map(([first, more]) => gap(first, Math.min(1000, first + more)));
      for (const { x, width } of stripMarks({ ...RUN, missing_ranges, unproven_after: unproven ? 1000 : null }, 160)) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(160 + 1e-9);
      }
    }),
  );
});

test('of a run that was not searched, nothing is drawn as proven', () => {
  const [mark, ...rest] = stripMarks({ ...RUN, state: 'unsearched', unsearched: 3, unproven_after: 1000 }, 160);
  expect(mark).toEqual({ kind: 'unproven', x: 0, width: 160 });
  expect(rest).toEqual([]);
});
