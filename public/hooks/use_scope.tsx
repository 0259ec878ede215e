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
import { useLocation } from 'react-router-dom';
import { isWithinReach, type Scope } from '../../common/api';
import { useServices } from '../app/services';
import { Rounds } from '../asking/rounds';
import { filtersOf } from '../state/pills';
import {
  DEFAULT_SCOPE,
  pageOnly,
  readAddress,
  readScope,
  type ScopeState,
  scopeOnly,
  writeParam,
  writeScope,
} from '../state/url_state';
import { useAddress } from './use_address';

/** What a page asks about: the URL's words, and the times that they mean now. */
export interface ScopeContext {
  scope: ScopeState;
  /** The scope as every route takes it, with times resolved. Changes on each refresh of a relative range. */
  question: Scope;
  /** When the times were resolved, by the browser's clock: what was answered before that is old. */
  askedAt: number;
  /** The question as it was last resolved: what a refresh asks, whose hooks may have been drawn for an earlier one. */
  latest(): Scope;
  rounds: Rounds;
  /** The end of the range goes with the clock. */
  moves: boolean;
  /** The range reaches up to now: what is written is a part of it, and can be followed. */
  endsNow: boolean;
  /** What of the address cannot be taken, in sentences. */
  faults: string[];
  /** The address without that. */
  mend(): void;
  /** Parameters of a page that the user was on before, for the way back to it. */
  kept(pathname: string): string;
  setScope(patch: Partial<ScopeState>): void;
  refresh(): void;
}

const Context = createContext<ScopeContext | null>(null);

type Datemath = { parse(text: string, options?: { roundUp?: boolean; forceNow?: Date }): Moment | undefined };
// Kibana shares an ES module, npm's package is CommonJS.
const { parse } = ((datemath as { default?: Datemath }).default ?? datemath) as Datemath;

/** `now-30m` or ISO 8601 → ISO 8601; null when it is neither. */
export function resolveTime(text: string, roundUp: boolean, now: number): string | null {
  const found = parse(text, { roundUp, forceNow: new Date(now) });
  return found?.isValid() ? found.toISOString() : null;
}

export function ScopeProvider({ children }: { children: ReactNode }) {
  const { pathname, search } = useLocation();
  const { clock, time } = useServices();
  const { faults } = useMemo(() => readAddress(search), [search]);
  const scopeKey = scopeOnly(search);
  const scope = useMemo(() => readScope(scopeKey), [scopeKey]);
  const { rounds, round, refresh } = useRounds(scope.refresh);
  const last = useRef<Scope>();
  const latest = useCallback(() => last.current!, []);

  const change = useAddress();
  const setScope = useCallback((patch: Partial<ScopeState>) => change((before) => writeScope(before, patch)), [change]);
  const pages = useRef(new Map<string, string>());
  pages.current.set(pathname, pageOnly(search));
  const kept = useCallback((path: string) => pages.current.get(path) ?? '', []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each round resolves relative times anew
  const value = useMemo<ScopeContext>(() => {
    const now = clock.now();
    const from = resolveTime(scope.from, false, now);
    const to = resolveTime(scope.to, true, now);
    const badTimes = wordsOfBadTimes(scope, from, to);
    const { kql, filters, service, pool, environment } = scope;
    const fallback = { from: resolveTime('now-30m', false, now)!, to: resolveTime('now', true, now)! };
    const times = badTimes ? fallback : { from: from!, to: to! };
    const question = { ...times, kql, zone: time.zone, filters: filtersOf(filters), service, pool, environment };
    last.current = question;
    return {
      scope,
      question,
      latest,
      askedAt: Date.now(),
      rounds,
      moves: scope.to.includes('now'),
      endsNow: Date.parse(question.to) >= now,
      faults: badTimes === null ? faults : [badTimes, ...faults],
      mend: () =>
        change((before) => writeScope(before, badTimes ? { from: DEFAULT_SCOPE.from, to: DEFAULT_SCOPE.to } : {})),
      kept,
      setScope,
      refresh,
    };
  }, [scope, round, rounds, clock, faults, latest, kept, change, setScope, refresh, time]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

/** Counts the page's refreshes; with each, what it shows is asked again once the times are resolved anew. */
function useRounds(intervalMs: number): { rounds: Rounds; round: number; refresh(): void } {
  const queries = useQueryClient();
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound((n) => n + 1), []);
  const rounds = useMemo(() => new Rounds(queries, refresh), [queries, refresh]);
  useEffect(() => rounds.start(), [rounds]);
  useEffect(() => rounds.every(intervalMs), [rounds, intervalMs]);
  useEffect(() => {
    if (round > 0) rounds.ask();
  }, [rounds, round]);
  return { rounds, round, refresh };
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
  const { service, pool, environment, kql, filters } = useScope().question;
  return [service, pool, environment, filters].some((chosen) => (chosen?.length ?? 0) > 0) || kql?.trim() !== '';
}

/** One parameter of a page in the URL, such as the chosen event; null when it is not there. */
export function usePageParam(name: string): [string | null, (value: string | null) => void] {
  const { search } = useLocation();
  const change = useAddress();
  const value = new URLSearchParams(search).get(name);
  const set = useCallback((next: string | null) => change((before) => writeParam(before, name, next)), [change, name]);
  return [value, set];
}
