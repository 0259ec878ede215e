import { describe, expect, it } from 'vitest';
import { formatCount, formatGoodShare, formatMs, formatPercent, formatPoints, formatSpan } from './numbers';

describe('numbers as an operator reads them', () => {
  it('shows small shares with the digits that matter', () => {
    expect([0, 0.00093, 0.0089, 0.167, 1].map(formatPercent)).toEqual([
      ...['0', '0.093', '0.89', '16.7', '100'].map((digits) => `${digits}\u202f%`),
    ]);
    expect(formatPercent(null)).toBe('–');
  });

  it('never rounds a good share up to 100 %', () => {
    expect(formatGoodShare(0.999999)).toBe('99.999\u202f%');
    expect(formatGoodShare(1)).toBe('100\u202f%');
  });

  it('signs points with a true minus, and zero not at all', () => {
    expect([3.94, -5.6, -0.04].map(formatPoints)).toEqual(['+3.9', '−5.6', '0.0']);
  });

  it('says spans in the largest units that matter', () => {
    expect([340, 40_000, 150_000, 7_500_000, 200_000_000].map(formatSpan)).toEqual([
      '340 ms',
      '40 s',
      '2 min 30 s',
      '2 h 05 min',
      '2 d 7 h',
    ]);
  });

  it('keeps units on durations and thousands apart', () => {
    expect([0.4, 38.44, 1201, 12_345].map(formatMs)).toEqual(['0.40 ms', '38.4 ms', '1,201 ms', '12.3 s']);
    expect(formatCount(360173)).toBe('360,173');
  });
});
