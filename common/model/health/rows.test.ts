import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absorb, paint } from './lanes';
import { burstsOf, type HostRow, leadUpTo, quietSpans } from './rows';

const grid = { times: [0, 10, 20, 30, 40, 50, 60, 70], interval: 10 };

function rowOf(failed: number[], requests = failed.map(() => 100)): HostRow {
  return {
    host: 'web-3',
    tier: 'webapp',
    frontends: ['frontend-2'],
    requests,
    failed,
    hurt: failed,
    firstFailure: failed.map((n, i) => (n > 0 ? i * 10 + 4 : null)),
    lastFailure: failed.map((n, i) => (n > 0 ? i * 10 + 7 : null)),
  };
}

const rules = { minFailed: 5, share: 0.05 };

describe('bursts', () => {
  it('begin and end with their first and last 5XX, and bridge one calm bucket', () => {
    expect(burstsOf(rowOf([0, 50, 0, 20, 0, 0, 9, 0]), rules)).toMatchObject([
      { from: 14, to: 37, failed: 70 },
      { from: 64, to: 67, failed: 9 },
    ]);
  });

  it('are neither single failures nor a small share', () => {
    expect(burstsOf(rowOf([4, 0, 0]), rules)).toEqual([]);
    expect(burstsOf(rowOf([10], [1000]), rules)).toEqual([]);
  });
});

describe('the failures before an ejection', () => {
  it('reach back to the first of the run, not to a stray one long before', () => {
    expect(leadUpTo(rowOf([1, 0, 0, 60, 60, 30, 0, 0]), grid, 55, 45, 0.05)).toEqual({
      first: 34,
      failed: 150,
      hurt: 150,
    });
  });

  it('are none when nobody was hurt', () => {
    expect(leadUpTo(rowOf([0, 0, 0, 0, 0, 0, 0, 0]), grid, 55, 45, 0.05)).toBeNull();
  });

  it('count a small share too once the probes fail', () => {
    expect(leadUpTo(rowOf([1, 1, 1, 1, 2, 2, 0, 0]), grid, 58, 40, 0.05)).toEqual({ first: 44, failed: 4, hurt: 4 });
  });
});

describe('quietSpans', () => {
  it('are the times between lines, and those before the first and after the last', () => {
    const signs = [
      { from: 30, to: 38 },
      { from: 41, to: 49 },
      { from: 90, to: 95 },
    ];
    expect(quietSpans(signs, { from: 0, to: 100 }, 20)).toEqual([
      { from: 0, to: 30 },
      { from: 49, to: 90 },
    ]);
    expect(quietSpans([], { from: 0, to: 100 }, 20)).toEqual([{ from: 0, to: 100 }]);
  });
});

describe('paint', () => {
  const span = fc.tuple(fc.nat(99), fc.nat(40)).map(([from, length]) => ({ from, to: from + length }));
  const layer = fc.record({
    state: fc.constantFrom('out', 'errors', 'silent'),
    spans: fc.array(span, { maxLength: 4 }),
  });

  it('covers the window once, and each moment shows the topmost layer', () => {
    fc.assert(
      fc.property(fc.array(layer, { maxLength: 4 }), (layers) => {
        const segments = paint({ from: 0, to: 100 }, 'serving', layers as Parameters<typeof paint>[2]);
        expect(segments[0]?.from).toBe(0);
        expect(segments.at(-1)?.to).toBe(100);
        segments.slice(1).forEach((segment, i) => {
          expect(segment.from).toBe(segments[i]!.to);
          expect(segment.state).not.toBe(segments[i]!.state);
        });
        for (let t = 0; t < 100; t++) {
          const top = [...layers].reverse().find(({ spans }) => spans.some(({ from, to }) => from <= t && t < to));
          expect(segments.find(({ from, to }) => from <= t && t < to)?.state).toBe(top?.state ?? 'serving');
        }
      }),
    );
  });
});

describe('absorb', () => {
  it('leaves out a calm moment between two states, but not a calm begin or end', () => {
    const states = [
      ['serving', 0, 1],
      ['errors', 1, 30],
      ['serving', 30, 31],
      ['out', 31, 60],
      ['serving', 60, 90],
    ] as const;
    const segments = states.map(([state, from, to]) => ({ state, from, to, note: null }));
    expect(absorb(segments, 'serving', 5).map(({ state, from, to }) => [state, from, to])).toEqual([
      ['serving', 0, 1],
      ['errors', 1, 31],
      ['out', 31, 60],
      ['serving', 60, 90],
    ]);
  });
});
