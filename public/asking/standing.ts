import type { Query, QueryClient } from '@tanstack/react-query';
import { duration } from '../../common/format';
import type { RotaApiError } from '../api/client';
import { isWaitedFor } from './rounds';

/** How what a page shows stands to its questions. Milliseconds of the browser's clock. */
export interface Standing {
  /** When the oldest of the shown answers came; null while there is none. */
  answeredAt: number | null;
  /** When the oldest answer came that is shown while a newer one is waited for, or failed to come; null while there is none. */
  outdatedAt: number | null;
  /** Since when the page waits for an answer; null when it does not. */
  waitingSince: number | null;
  /** Why the last attempt at some part failed, whose earlier answer is shown. */
  failure: string | null;
  /** Parts that failed, of all that are shown. */
  failed: number;
  parts: number;
}

/** An answer that is not there by then is told to be slow. */
const SLOW_MS = 5000;
/** Figures of a range that goes with the clock are told to be old from then on. */
const OLD_MS = 5 * 60_000;

/** Reads the standing off React Query's cache. `since` remembers when each question was sent. */
export function standingOf(queries: QueryClient, since: WeakMap<Query, number>, now: number): Standing {
  const shown = queries.getQueryCache().findAll({ type: 'active', predicate: isWaitedFor });
  const waits = shown.filter(({ state }) => state.fetchStatus === 'fetching');
  for (const query of shown) {
    if (query.state.fetchStatus !== 'fetching') since.delete(query);
    else if (!since.has(query)) since.set(query, now);
  }
  const kept = shown.filter(({ state }) => state.data !== undefined);
  const failed = kept.filter(({ state }) => state.error !== null);
  return {
    answeredAt: earliest(kept.map(({ state }) => state.dataUpdatedAt)),
    outdatedAt: earliest(
      kept
        .filter(({ state }) => state.fetchStatus === 'fetching' || state.error !== null)
        .map(({ state }) => state.dataUpdatedAt),
    ),
    waitingSince: earliest(waits.map((query) => since.get(query) ?? now)),
    failure: (failed[0]?.state.error as RotaApiError | undefined)?.message ?? null,
    failed: failed.length,
    parts: shown.length,
  };
}

function earliest(times: number[]): number | null {
  return times.length > 0 ? Math.min(...times) : null;
}

/** What a user must know before they trust the figures, worst first; null when there is nothing to say. */
export function warningOf(
  { answeredAt, outdatedAt, waitingSince, failure, failed, parts }: Standing,
  { now, online, moves, refreshes }: { now: number; online: boolean; moves: boolean; refreshes: boolean },
): string | null {
  const sentences: string[] = [];
  const waited = waitingSince === null ? 0 : now - waitingSince;
  const age = answeredAt === null ? 0 : now - answeredAt;
  if (!online && (failure !== null || waited >= SLOW_MS)) sentences.push('This computer has no network.');
  if (failure !== null) {
    sentences.push(
      failed < parts ? `A part of the page could not be refreshed: ${failure}` : `The refresh failed: ${failure}`,
    );
  } else if (waited >= SLOW_MS) {
    sentences.push(`No answer for ${duration(Math.floor(waited / 1000) * 1000)}: Elasticsearch or Kibana is slow.`);
  }
  if (sentences.length > 0 && outdatedAt !== null) sentences.push(`What is shown is ${ageInWords(now - outdatedAt)}.`);
  else if (sentences.length === 0 && moves && !refreshes && age >= OLD_MS)
    sentences.push(`What is shown is ${ageInWords(age)}.`);
  return sentences.length > 0 ? sentences.join(' ') : null;
}

/** "12 s old", "4 min old". */
export function ageInWords(ms: number): string {
  const rounded = ms < 60_000 ? Math.floor(ms / 1000) * 1000 : Math.floor(ms / 60_000) * 60_000;
  return `${rounded < 1000 ? '0 s' : duration(rounded)} old`;
}
