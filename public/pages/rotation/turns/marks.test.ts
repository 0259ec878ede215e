import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Turn } from '../../../../common/api';
import { markPaths, nearestMark } from './marks';

const turn = (t: number, status: number | null = 200): Turn => ({
  t,
  host: 'web-1',
  frontend: null,
  status,
  request_id: null,
  attempt: 1,
  attempts: 1,
  ms: 1,
});

describe('marks of a lane', () => {
  it('draws every turn once, whatever its status', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 100, max: 599 }))), (statuses) => {
        const paths = markPaths(
          statuses.map((status, i) => turn(i, status)),
          (t) => t,
          20,
        );
        const drawn = paths.reduce((sum, { d }) => sum + d.split('M').length - 1, 0);
        expect(drawn).toBe(statuses.length);
      }),
    );
  });

  it('draws errors last, above the others', () => {
    expect(markPaths([turn(1, 500), turn(2, 200)], (t) => t, 20).map(({ status }) => status)).toEqual(['s2xx', 's5xx']);
  });

  it('finds the nearest mark as a plain search does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }),
        fc.integer({ min: -50, max: 1050 }),
        (times, at) => {
          const turns = [...times].sort((a, b) => a - b).map((t) => turn(t));
          const found = turns[nearestMark(turns, at)]!;
          const best = Math.min(...turns.map(({ t }) => Math.abs(t - at)));
          expect(Math.abs(found.t - at)).toBe(best);
        },
      ),
    );
    expect(nearestMark([], 5)).toBe(-1);
  });
});
