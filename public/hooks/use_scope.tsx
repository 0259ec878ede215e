import * as datemath from '@elastic/datemath';
import { useQueryClient } from '@tanstack/react-query';
import type { Moment } from 'moment';
import React, {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useHistory, useLocation } from 'react-router-dom';
import { isWithinReach, type Scope } from '../../common/api';
import { readScope, type ScopeState, scopeOnly, writeParam, writeScope } from '../state/url_state';

/** What a page asks about: the URL's words, and the times that they mean now. */
export interface ScopeContext {
  scope: ScopeState;
  /** The scope as every route takes it, with times resolved. Changes on each refresh of a relative range. */
  question: Scope;
  /** Counts refreshes; part of every query's key. */
  tick: number;
  /** null when the times of the URL cannot be read. */
  badTimes: string | null;
  setScope(patch: Partial<ScopeState>, options?: { replace?: boolean }): void;
  refresh(): void;
}

const Context = createContext<ScopeContext | null>(null);

type Datemath = { parse(text: string, options?: { roundUp?: boolean }): Moment | undefined };
// Kibana shares an ES module, npm's package is CommonJS.
const { parse } = ((datemath as { default?: Datemath }).default ?? datemath) as Datemath;

/** `now-30m` or ISO 8601 → ISO 8601; null when it is neither. */
export function resolveTime(text: string, roundUp: boolean): string | null {
  const found = parse(text, { roundUp });
  return found?.isValid() ? found.toISOString() : null;
}

export function ScopeProvider({ children }: { children: ReactNode }) {
  const history = useHistory();
  const { search } = useLocation();
  const [tick, setTick] = useState(0);
  const queries = useQueryClient();
  const asked = useRef(tick);
  asked.current = tick;
  const scopeKey = scopeOnly(search);
  const scope = useMemo(() => readScope(scopeKey), [scopeKey]);
  const refresh = useCallback(() => setTick((n) => n + 1), []);

  useEffect(() => {
    if (scope.refresh === 0) return;
    const timer = setInterval(() => {
      // Who is asked for longer than the interval would never finish an answer, and be asked all the time.
      const waiting = queries.isFetching({ predicate: ({ queryKey }) => queryKey.at(-1) === asked.current });
      if (document.visibilityState === 'visible' && waiting === 0) refresh();
    }, scope.refresh);
    return () => clearInterval(timer);
  }, [scope.refresh, refresh, queries]);

  const setScope = useCallback(
    (patch: Partial<ScopeState>, options: { replace?: boolean } = {}) => {
      const next = { ...history.location, search: writeScope(history.location.search, patch) };
      if (options.replace) history.replace(next);
      else history.push(next);
    },
    [history],
  );

  const value = useMemo<ScopeContext>(() => {
    const from = resolveTime(scope.from, false);
    const to = resolveTime(scope.to, true);
    const badTimes = wordsOfBadTimes(scope, from, to);
    const { kql, filters, service, pool, environment } = scope;
    const fallback = { from: resolveTime('now-30m', false)!, to: resolveTime('now', true)! };
    const times = badTimes ? fallback : { from: from!, to: to! };
    return {
      scope,
      question: { ...times, kql, filters, service, pool, environment },
      tick,
      badTimes,
      setScope,
      refresh,
    };
  }, [scope, tick, setScope, refresh]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

function wordsOfBadTimes(scope: ScopeState, from: string | null, to: string | null): string | null {
  if (!from) return `"${scope.from}" is not a time. Showing the last 30 minutes.`;
  if (!to) return `"${scope.to}" is not a time. Showing the last 30 minutes.`;
  if (![from, to].every((time) => isWithinReach(Date.parse(time)))) {
    return 'Rota shows times from 1900 up to 2200. Showing the last 30 minutes.';
  }
  return Date.parse(from) < Date.parse(to) ? null : 'The range ends before it begins. Showing the last 30 minutes.';
}

export function useScope(): ScopeContext {
  const scope = useContext(Context);
  if (!scope) throw new Error('useScope is used outside ScopeProvider');
  return scope;
}

/** Whether a service, pool or environment is chosen, or lines are searched for. */
export function useIsNarrowed(): boolean {
  const { service, pool, environment, kql, filters } = useScope().scope;
  return [service, pool, environment, filters].some(({ length }) => length > 0) || kql.trim() !== '';
}

/** One parameter of a page in the URL, such as the chosen event; null when it is not there. */
export function usePageParam(name: string): [string | null, (value: string | null) => void] {
  const history = useHistory();
  const { search } = useLocation();
  const value = new URLSearchParams(search).get(name);
  const set = useCallback(
    (next: string | null) => {
      history.replace({ ...history.location, search: writeParam(history.location.search, name, next) });
    },
    [history, name],
  );
  return [value, set];
}
