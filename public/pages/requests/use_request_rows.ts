import { useCallback, useEffect, useRef, useState } from 'react';
import type { Cursor, RequestRow } from '../../../common/api';
import { RotaApiError } from '../../api/client';
import { useServices } from '../../app/services';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { useScope } from '../../hooks/use_scope';
import { follow, LIVE_PAGE, type Step, type Tail, tailOf } from './live_tail';
import { MOST_ROWS, mergeRows, rowKey } from './row_list';

const PAGE = 100;
const LIVE_EVERY_MS = 2000;

export interface RowsOptions {
  columns: string[];
  probes: boolean;
  live: boolean;
}

export interface RequestRows {
  rows: RequestRow[];
  /** Keys of rows that the live tail brought last. */
  fresh: ReadonlySet<string>;
  /** How many requests came while the tail was live (or paused), and how many of them are not in the list. */
  arrived: number;
  skipped: number;
  newest: number | null;
  loading: boolean;
  stale: boolean;
  hasOlder: boolean;
  error: { message: string } | null;
  loadOlder(): void;
}

interface Held {
  rows: RequestRow[];
  after: Cursor | null;
  tail: Tail | null;
  newest: number | null;
  fresh: ReadonlySet<string>;
  arrived: number;
  skipped: number;
}

const NOTHING: Held = { rows: [], after: null, tail: null, newest: null, fresh: new Set(), arrived: 0, skipped: 0 };

/** The list of requests: the first page by the scope, older pages on demand, newer rows while the tail is live. */
export function useRequestRows({ columns, probes, live }: RowsOptions): RequestRows {
  const { client } = useServices();
  const { question } = useScope();
  const extra = { parts: ['rows' as const], size: PAGE, columns, include_probes: probes };
  const query = useRotaQuery('requests', extra);
  const [held, setHeld] = useState<Held>(NOTHING);
  const [error, setError] = useState<RequestRows['error']>(null);
  const first = query.data?.data.rows;
  const asked = useRef({ question, extra });
  asked.current = { question, extra };
  const state = useRef(held);
  state.current = held;

  useEffect(() => {
    if (!first) return;
    setHeld({ ...NOTHING, rows: first.rows, after: first.after, tail: tailOf(first), newest: first.newest });
    setError(null);
  }, [first]);

  const loadOlder = useCallback(() => {
    const { after } = state.current;
    if (!after) return;
    client.ask('requests', { ...asked.current.question, ...asked.current.extra, after }).then(
      ({ data: { rows } }) => {
        if (rows) setHeld((now) => ({ ...now, ...listOf(now.rows, rows.rows, rows.after) }));
      },
      (failure: unknown) => setError(failure instanceof RotaApiError ? failure : null),
    );
  }, [client]);

  const following = live && !query.isPreviousData;
  // A new first page is a new list, with a tail of its own.
  useEffect(() => {
    if (!following || !first) return;
    const stop = new AbortController();
    const step = async () => {
      const { tail } = state.current;
      if (!tail || document.visibilityState !== 'visible') return;
      const { question: scope, extra: rest } = asked.current;
      const input = { ...scope, ...rest, to: new Date().toISOString(), size: LIVE_PAGE };
      try {
        const found = await follow(tail, (live_after, after) =>
          client.ask('requests', { ...input, live_after, after }, stop.signal),
        );
        if (stop.signal.aborted) return;
        setHeld((before) => withNew(before, found));
        setError(found.incomplete === null ? null : { message: found.incomplete });
      } catch (failure) {
        if (!stop.signal.aborted && failure instanceof RotaApiError) setError(failure);
      }
    };
    let timer: ReturnType<typeof setTimeout>;
    const loop = () => {
      timer = setTimeout(() => void step().then(() => !stop.signal.aborted && loop()), LIVE_EVERY_MS);
    };
    loop();
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, following, first]);

  return {
    ...held,
    loading: query.isLoading,
    stale: query.isPreviousData,
    hasOlder: held.after !== null,
    error: query.error ?? error,
    loadOlder,
  };
}

/** A full list has let go of its oldest rows: there is no place to go on from. */
function listOf(above: RequestRow[], below: RequestRow[], after: Cursor | null): Pick<Held, 'rows' | 'after'> {
  const rows = mergeRows(above, below);
  return { rows, after: rows.length < MOST_ROWS ? after : null };
}

function withNew(before: Held, { added, skipped, newest, tail }: Step): Held {
  return {
    ...before,
    ...listOf(added, before.rows, before.after),
    tail,
    newest: newest ?? before.newest,
    fresh: added.length > 0 ? new Set(added.map(rowKey)) : before.fresh,
    arrived: before.arrived + added.length + skipped,
    skipped: before.skipped + skipped,
  };
}
