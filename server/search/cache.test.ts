import { describe, expect, it } from 'vitest';
import { AnswerCache } from './cache';

describe('AnswerCache', () => {
  it('forgets the least recently used entry when it is full', () => {
    const cache = new AnswerCache(2, 1000, () => 0);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  it('forgets an entry when its time is over', () => {
    let now = 0;
    const cache = new AnswerCache(2, 1000, () => now);
    cache.set('a', 1);
    now = 999;
    expect(cache.get('a')).toBe(1);
    now = 1000;
    expect(cache.get('a')).toBeUndefined();
  });
});
