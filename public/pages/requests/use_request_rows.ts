import { focusManager, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Cursor, Envelope, RequestRow, RequestsData } from '../../../common/api';
import { RotaApiError } from '../../api/client';
import { useServices } from '../../app/services';
import { withPatience } from '../../asking/patience';
import { useWords } from '../../hooks/use_rota_query';
import { useScope } from '../../hooks/use_scope';
import { follow, LIVE_PAGE, type Step, type Tail, tailOf } from './live_tail';
import { MOST_ROWS, mergeRows, rowKey } from './row_list';
import { NEWEST_FIRST, type RowSort } from './row_sort';

const LIVE_EVERY_MS = 2000;
/** A tail goes by when lines were indexed: one that is dated ahead of Kibana's clock, by up to this, must not be passed over. */
const AHEAD_MS = 86_400_000;
const TOLD_AHEAD_MS = 5000;
/** Rows of the first page and of the second; of later ones, so that a long list takes few questions to refresh. */
const PAGE = 100;
const LATER_PAGE = 400;

export interface RowsOptions {
  columns: string[];
  probes: boolean;
  live: boolean;
  sort?: RowSort;
}

export interface RequestRows {
  rows: RequestRow[];
  /** Keys of rows that the live tail brought last. */
  fresh: ReadonlySet<string>;
  /** How many requests came while the tail was live (or paused), and how many of them are not in the list. */
  arrived: number;
  skipped: number;
  newest: number | null;
  /** How far the newest of them are dated ahead of Kibana's clock, in ms; 0 where that is nobody's concern. */
  ahead: number;
  loading: boolean;
  stale: boolean;
  hasOlder: boolean;
  loadingOlder: boolean;
  error: { message: string } | null;
  loadOlder(): void;
}

/** What the live tail brought since the list was read. */
interface Followed {
  added: RequestRow[];
  tail: Tail | null;
  newest: number | null;
  fresh: ReadonlySet<string>;
  arrived: number;
  skipped: number;
  ahead: number;
}

type Rows = NonNullable<RequestsData['rows']>;
type Place = { after: Cursor; size: number };

const NOTHING: Followed = { added: [], tail: null, newest: null, fresh: new Set(), arrived: 0, skipped: 0, ahead: 0 };

/** The list of requests: the first page by the scope, older pages on demand, newer rows while the tail is live. */
export function useRequestRows({ columns, probes, live, sort = NEWEST_FIRST }: RowsOptions): RequestRows {
  const { client } = useServices();
  const { latest, askedAt } = useScope();
  const extra = { parts: ['rows' as const], columns, include_probes: probes, sort };
  // A refresh asks for all the pages that were loaded, so that rows in their midst are not missed.
  const query = useInfiniteQuery<Envelope<RequestsData>, RotaApiError>({
    queryKey: ['requests', 'rows', { ...useWords(), ...extra }],
    queryFn: ({ pageParam, signal }) => {
      const place: Partial<Place> & { size: number } = (pageParam as Place | undefined) ?? { size: PAGE };
      return withPatience(signal, (leaving) => client.ask('requests', { ...latest(), ...extra, ...place }, leaving));
    },
    getNextPageParam: ({ data }, pages): Place | undefined =>
      data.rows?.after ? { after: data.rows.after, size: pages.length === 1 ? PAGE : LATER_PAGE } : undefined,
    keepPreviousData: true,
    staleTime: Date.now() - askedAt,
    cacheTime: 120_000,
  });
  const pages = query.data?.pages ?? [];
  const first = pages[0]?.data.rows ?? undefined;
  const { followed, error } = useLiveTail(first, live && !query.isPreviousData, extra);
  const below = pages.flatMap(({ data }) => data.rows?.rows ?? []);
  const rows = mergeRows(followed.added, below);
  return {
    ...followed,
    rows,
    newest: followed.newest ?? first?.newest ?? null,
    loading: query.isLoading,
    stale: query.isPreviousData,
    // A full list has let go of its oldest rows: there is no place to go on from.
    hasOlder: (query.hasNextPage ?? false) && !query.isPreviousData && rows.length < MOST_ROWS,
    loadingOlder: query.isFetchingNextPage,
    error: query.error ?? error,
    loadOlder: () => void query.fetchNextPage(),
  };
}

/** Asks every two seconds for what was indexed since the list was read, while its tab is seen. */
function useLiveTail(
  first: Rows | undefined,
  following: boolean,
  extra: { parts: 'rows'[]; columns: string[]; include_probes: boolean },
): { followed: Followed; error: RequestRows['error'] } {
  const { client, clock } = useServices();
  const { latest } = useScope();
  const [followed, setFollowed] = useState(NOTHING);
  const [error, setError] = useState<RequestRows['error']>(null);
  const state = useRef(followed);
  state.current = followed;
  const asked = useRef(extra);
  asked.current = extra;

  // A new first page is a new list, with a tail of its own.
  useEffect(() => {
    if (!first) return;
    setFollowed({ ...NOTHING, tail: tailOf(first) });
    setError(null);
  }, [first]);

  useEffect(() => {
    if (!following || !first) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    const step = async () => {
      clearTimeout(timer);
      const { tail } = state.current;
      // A tab that is seen again goes on at once.
      if (asking || !focusManager.isFocused()) return;
      asking = true;
      const input = {
        ...latest(),
        ...asked.current,
        to: new Date(clock.now() + AHEAD_MS).toISOString(),
        size: LIVE_PAGE,
      };
      try {
        const found = tail && (await follow(tail, (live_after, after) => ask({ ...input, live_after, after })));
        if (stop.signal.aborted) return;
        if (found) setFollowed((before) => withNew(before, found, clock.now()));
        setError(found?.incomplete ? { message: found.incomplete } : null);
      } catch (failure) {
        if (!stop.signal.aborted && failure instanceof RotaApiError) setError(failure);
      } finally {
        asking = false;
        if (!stop.signal.aborted) timer = setTimeout(() => void step(), LIVE_EVERY_MS);
      }
    };
    const ask = (input: Parameters<typeof client.ask<'requests'>>[1]) =>
      withPatience(stop.signal, (leaving) => client.ask('requests', input, leaving));
    timer = setTimeout(() => void step(), LIVE_EVERY_MS);
    const unsubscribe = focusManager.subscribe(() => void step());
    return () => {
      clearTimeout(timer);
      unsubscribe();
      stop.abort();
    };
  }, [client, clock, latest, following, first]);
  return { followed, error };
}

function withNew(before: Followed, { added, skipped, newest, tail }: Step, now: number): Followed {
  const ahead = Math.max(0, ...added.map(({ t }) => t - now));
  return {
    ahead: ahead > TOLD_AHEAD_MS ? ahead : before.ahead,
    added: mergeRows(added, before.added),
    tail,
    newest: newest ?? before.newest,
    fresh: added.length > 0 ? new Set(added.map(rowKey)) : before.fresh,
    arrived: before.arrived + added.length + skipped,
    skipped: before.skipped + skipped,
  };
}
