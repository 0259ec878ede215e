import { describe, expect, it, vi } from 'vitest';
import { AnswerCache } from './cache';

describe('AnswerCache', () => {
  it('forgets the least recently used entry when it is full', () => {
    const cache = new AnswerCache(2, 1000);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  it('keeps no more than a process can spare, however long the answers are', () => {
    const cache = new AnswerCache(1000, 1000);
    const answer = (bytes: number) => ({ lines: Array.from({ length: 10 }, () => 'x'.repeat(bytes / 10)) });
    cache.set('large', answer(5e6));
    for (let i = 0; i < 100; i++) cache.set(`${i}`, answer(1e6));
    const kept = Array.from({ length: 100 }, (_, i) => i).filter((i) => cache.get(`${i}`));
    expect(cache.get('large')).toBeUndefined();
    expect(kept.length).toBeGreaterThan(20);
    expect(kept.length).toBeLessThan(34);
    expect(kept.at(-1)).toBe(99);
  });

  it('forgets an entry when its time is over', async () => {
    const cache = new AnswerCache(2, 3_600_000);
    cache.set('long', 1);
    cache.set('short', 2, 1);
    await vi.waitFor(() => expect(cache.get('short')).toBeUndefined());
    expect(cache.get('long')).toBe(1);
  });

  it('keeps nothing where answers live no time', () => {
    const cache = new AnswerCache(2, 0);
    cache.set('a', 1);
    expect(cache.get('a')).toBeUndefined();
  });
});
