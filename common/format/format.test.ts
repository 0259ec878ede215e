import { describe, expect, it } from 'vitest';
import { count, duration, goodPercent, list, percent, plural, points } from './index';

describe('words', () => {
  it.each([
    [250, '250 ms'],
    [1500, '1.5 s'],
    [40_000, '40 s'],
    [150_000, '2 min 30 s'],
    [120_000, '2 min'],
    [3_900_000, '1 h 05 min'],
    [100 * 3_600_000, '4 d 4 h'],
  ])('writes %d ms as %s', (ms, text) => expect(duration(ms)).toBe(text));

  it('keeps small shares visible and never rounds a missed objective up', () => {
    expect(percent(0.223)).toBe('22.3 %');
    expect(percent(0.00093)).toBe('0.093 %');
    expect(percent(0)).toBe('0.0 %');
    expect(goodPercent(0.99907)).toBe('99.907 %');
    expect(goodPercent(0.9999999)).toBe('99.999 %');
    expect(points(-5.6)).toBe('−5.6');
  });

  it('lists and counts', () => {
    expect(list(['a', 'b', 'c'])).toBe('a, b and c');
    expect(plural(1, 'request')).toBe('1 request');
    expect(count(360173)).toBe('360,173');
  });
});
