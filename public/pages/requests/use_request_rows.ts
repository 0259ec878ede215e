import { useCallback, useEffect, useRef, useState } from 'react';
import type { Cursor, RequestRow } from '../../../common/api';
import { RotaApiError } from '../../api/client';
import { useServices } from '../../app/services';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { useScope } from '../../hooks/use_scope';
import { mergeRows, rowKey } from './row_list';

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
  /** How many rows the live tail has brought. */
  arrived: number;
  newest: number | null;
  loading: boolean;
  stale: boolean;
  hasOlder: boolean;
  error: RotaApiError | null;
  loadOlder(): void;
}

interface Held {
  rows: RequestRow[];
  after: Cursor | null;
  live: Cursor | null;
  newest: number | null;
  fresh: ReadonlySet<string>;
  arrived: number;
}

const NOTHING: Held = { rows: [], after: null, live: null, newest: null, fresh: new Set(), arrived: 0 };

/** The list of requests: the first page by the scope, older pages on demand, newer rows while the tail is live. */
export function useRequestRows({ columns, probes, live }: RowsOptions): RequestRows {
  const { client } = useServices();
  const { question } = useScope();
  const extra = { parts: ['rows' as const], size: PAGE, columns, include_probes: probes };
  const query = useRotaQuery('requests', extra);
  const [held, setHeld] = useState<Held>(NOTHING);
  const [error, setError] = useState<RotaApiError | null>(null);
  const first = query.data?.data.rows;
  const asked = useRef({ question, extra });
  asked.current = { question, extra };
  const state = useRef(held);
  state.current = held;

  useEffect(() => {
    if (!first) return;
    setHeld({ ...NOTHING, rows: first.rows, after: first.after, live: first.live_cursor, newest: first.newest });
    setError(null);
  }, [first]);

  const loadOlder = useCallback(() => {
    const { after } = state.current;
    if (!after) return;
    client.ask('requests', { ...asked.current.question, ...asked.current.extra, after }).then(
      ({ data: { rows } }) => {
        if (rows) setHeld((now) => ({ ...now, rows: mergeRows(now.rows, rows.rows), after: rows.after }));
      },
      (failure: unknown) => setError(failure instanceof RotaApiError ? failure : null),
    );
  }, [client]);

  const canFollow = held.live !== null;
  useEffect(() => {
    if (!live || !canFollow) return;
    const stop = new AbortController();
    const follow = async () => {
      const { live: cursor } = state.current;
      if (!cursor || document.visibilityState !== 'visible') return;
      const { question: scope, extra: rest } = asked.current;
      const now = new Date().toISOString();
      try {
        const { data } = await client.ask('requests', { ...scope, ...rest, to: now, live_after: cursor }, stop.signal);
        if (data.rows && !stop.signal.aborted) setHeld((before) => withNew(before, data.rows!));
        setError(null);
      } catch (failure) {
        if (!stop.signal.aborted && failure instanceof RotaApiError) setError(failure);
      }
    };
    let timer: ReturnType<typeof setTimeout>;
    const loop = () => {
      timer = setTimeout(() => void follow().then(() => !stop.signal.aborted && loop()), LIVE_EVERY_MS);
    };
    loop();
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, live, canFollow]);

  return {
    ...held,
    loading: query.isLoading,
    stale: query.isPreviousData,
    hasOlder: held.after !== null,
    error: query.error ?? error,
    loadOlder,
  };
}

function withNew(
  before: Held,
  { rows, live_cursor, newest }: { rows: RequestRow[]; live_cursor: Cursor | null; newest: number | null },
): Held {
  const known = new Set(before.rows.map(rowKey));
  const added = rows.filter((row) => !known.has(rowKey(row)));
  return {
    ...before,
    rows: mergeRows(
      [...added].sort((a, b) => b.t - a.t),
      before.rows,
    ),
    live: live_cursor ?? before.live,
    newest: newest ?? before.newest,
    fresh: added.length > 0 ? new Set(added.map(rowKey)) : before.fresh,
    arrived: before.arrived + added.length,
  };
}
