import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, it, vi } from 'vitest';
import { type Standing, standingOf, warningOf } from './standing';

const WELL: Standing = { answeredAt: 0, outdatedAt: null, waitingSince: null, failure: null, failed: 0, parts: 1 };
const HOW = { now: 10_000, online: true, moves: true, refreshes: true };

describe('what is said of the figures', () => {
  it('is nothing while all is well', () => {
    expect(warningOf(WELL, HOW)).toBeNull();
  });

  it('names no age where nothing is shown yet, though other parts of the page are there', () => {
    expect(warningOf({ ...WELL, answeredAt: 9_900, waitingSince: 1_000 }, HOW)).toBe(
      'No answer for 9 s: Elasticsearch or Kibana is slow.',
    );
  });

  it('names the age of what waits for a newer answer', () => {
    expect(warningOf({ ...WELL, outdatedAt: 0, waitingSince: 1_000 }, HOW)).toBe(
      'No answer for 9 s: Elasticsearch or Kibana is slow. What is shown is 10 s old.',
    );
  });

  it('says that a refresh failed, and why', () => {
    const failed = { ...WELL, outdatedAt: 4_000, failure: 'Elasticsearch is too busy.', failed: 1 };
    expect(warningOf(failed, HOW)).toBe('The refresh failed: Elasticsearch is too busy. What is shown is 6 s old.');
    expect(warningOf({ ...failed, parts: 2 }, HOW)).toMatch(/^A part of the page could not be refreshed: /);
  });

  it('says that figures of a range that moves grew old, where nobody refreshes them', () => {
    const late = { ...HOW, now: 10 * 60_000, refreshes: false };
    expect(warningOf(WELL, late)).toBe('What is shown is 10 min old.');
    expect(warningOf(WELL, { ...late, moves: false })).toBeNull();
  });
});

describe('standingOf', () => {
  it('reads from the questions which answers are being waited for', async () => {
    const queries = new QueryClient();
    const never = () => new Promise<string>(() => {});
    const stops = [
      new QueryObserver(queries, { queryKey: ['there'], queryFn: async () => 'answer' }).subscribe(() => {}),
      new QueryObserver(queries, { queryKey: ['slow'], queryFn: never }).subscribe(() => {}),
    ];
    await vi.waitFor(() => expect(queries.getQueryData(['there'])).toBe('answer'));
    const since = new WeakMap();
    const first = standingOf(queries, since, 1_000);
    expect(first.answeredAt).not.toBeNull();
    expect(first).toMatchObject({ outdatedAt: null, waitingSince: 1_000, failure: null, parts: 2 });
    queries.setQueryData(['slow'], 'an earlier one', { updatedAt: 500 });
    expect(standingOf(queries, since, 3_000)).toMatchObject({ outdatedAt: 500, waitingSince: 1_000 });
    for (const stop of stops) stop();
    queries.clear();
  });
});
