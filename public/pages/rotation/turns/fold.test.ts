import { describe, expect, it } from 'vitest';
import { isShort, openLanes } from './fold';

const lane = (n: number, turns = 10, out_of_pool_ms = 0) => ({
  host: `web-${n}`,
  frontend: `frontend-${n % 20}`,
  turns,
  share: turns / 2000,
  out_of_pool_ms,
});
const failed = (host: string) => ({
  t: 1,
  host,
  frontend: null,
  status: 503,
  request_id: null,
  attempt: 1,
  attempts: 1,
  ms: 1,
});

describe('lanes of the lens', () => {
  it('are all open where they are few', () => {
    const lanes = Array.from({ length: 24 }, (_, n) => lane(n));
    expect(openLanes({ lanes, marks: [] })).toEqual(lanes);
  });

  it('of 200, those that failed, were out, or came short are open, in the order of the answer', () => {
    const lanes = Array.from({ length: 200 }, (_, n) => lane(n, n === 3 ? 0 : 10, n === 150 ? 5000 : 0));
    const open = openLanes({ lanes, marks: [failed('web-77'), failed('web-190')] }).map(({ host }) => host);
    expect(open).toHaveLength(12);
    expect(open).toEqual(expect.arrayContaining(['web-3', 'web-77', 'web-150', 'web-190']));
    expect(open).toEqual(lanes.map(({ host }) => host).filter((host) => open.includes(host)));
  });

  it('come short only where enough turns were taken to say so', () => {
    const none = Array.from({ length: 150 }, (_, n) => ({ ...lane(n, 0), share: 0 }));
    expect(isShort(none[0]!, none)).toBe(false);
    const many = Array.from({ length: 4 }, (_, n) => ({ ...lane(n, 20), share: n === 0 ? 0.01 : 0.33 }));
    expect(many.map((one) => isShort(one, many))).toEqual([true, false, false, false]);
  });
});
