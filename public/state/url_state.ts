import { MOST_FILTERS, MOST_KQL, MOST_NAME, MOST_NAMES } from '../../common/api';
import { count } from '../../common/format';
import { isPill, type Pill } from './pills';

/** What every page shares, as the URL carries it. Times are Kibana's date math (`now-30m`) or ISO 8601. */
export interface ScopeState {
  from: string;
  to: string;
  kql: string;
  filters: Pill[];
  service: string[];
  pool: string[];
  environment: string[];
  /** Milliseconds between refreshes; 0 is off. */
  refresh: number;
}

export const DEFAULT_SCOPE: ScopeState = {
  from: 'now-30m',
  to: 'now',
  kql: '',
  filters: [],
  service: [],
  pool: [],
  environment: [],
  refresh: 0,
};

const MIN_REFRESH_MS = 1000;
/** Far below the 24.8 days from which on a browser's timer runs at once, again and again. */
const MAX_REFRESH_MS = 86_400_000;

/** A time between refreshes that a page can keep. */
export function boundedRefresh(ms: number): number {
  return Math.round(Math.min(MAX_REFRESH_MS, Math.max(MIN_REFRESH_MS, ms)));
}

/** What an address says of the scope, and in sentences what of it cannot be taken. */
export interface Address {
  scope: ScopeState;
  faults: string[];
}

/** Reads a URL's query; what is malformed or too much falls back and is told, so that no link can break the page. */
export function readAddress(search: string): Address {
  const params = new URLSearchParams(search);
  const faults: string[] = [];
  const names = (name: 'service' | 'pool' | 'environment') =>
    atMost(params.getAll(name).filter(Boolean), MOST_NAMES, (value) => value.length <= MOST_NAME, {
      faults,
      what: `values of "${name}"`,
    });
  const scope = {
    from: params.get('from') || DEFAULT_SCOPE.from,
    to: params.get('to') || DEFAULT_SCOPE.to,
    kql: readKql(params.get('kql') ?? '', faults),
    filters: readFilters(params.get('filters'), faults),
    service: names('service'),
    pool: names('pool'),
    environment: names('environment'),
    refresh: readRefresh(params.get('refresh'), faults),
  };
  return { scope, faults };
}

export function readScope(search: string): ScopeState {
  return readAddress(search).scope;
}

function readKql(kql: string, faults: string[]): string {
  if (kql.length <= MOST_KQL) return kql;
  faults.push(`The search has ${count(kql.length)} characters; Rota takes ${count(MOST_KQL)}. It is left out.`);
  return '';
}

function readRefresh(text: string | null, faults: string[]): number {
  const refresh = Number(text ?? 0);
  if (refresh >= MIN_REFRESH_MS) return boundedRefresh(refresh);
  if (refresh !== 0)
    faults.push(
      `"${text}" is no time between refreshes in milliseconds, from 1,000. The page does not refresh itself.`,
    );
  return 0;
}

/** The first ones that can be taken. */
function atMost<T>(
  all: T[],
  most: number,
  fits: (one: T) => boolean,
  { faults, what }: { faults: string[]; what: string },
): T[] {
  const fitting = all.filter(fits);
  const unread = all.length - fitting.length;
  if (unread > 0)
    faults.push(`Of the ${what} ${count(unread)} cannot be read, and ${unread === 1 ? 'is' : 'are'} left out.`);
  if (fitting.length > most) {
    faults.push(`The address has ${count(fitting.length)} ${what}; Rota takes ${most}. The others are left out.`);
  }
  return fitting.slice(0, most);
}

/** The query with the scope's changes; defaults are left out, and parameters of the page stay. */
export function writeScope(search: string, patch: Partial<ScopeState>): string {
  const params = new URLSearchParams(search);
  const scope = { ...readScope(search), ...patch };
  for (const name of ['from', 'to', 'kql'] as const) setOrDrop(params, name, scope[name], DEFAULT_SCOPE[name]);
  setOrDrop(params, 'refresh', String(scope.refresh), '0');
  setOrDrop(params, 'filters', JSON.stringify(scope.filters), '[]');
  for (const name of ['service', 'pool', 'environment'] as const) {
    params.delete(name);
    for (const value of scope[name]) params.append(name, value);
  }
  return toSearch(params);
}

/** The query with one parameter of a page set, or without it. */
export function writeParam(search: string, name: string, value: string | null): string {
  const params = new URLSearchParams(search);
  if (value === null || value === '') params.delete(name);
  else params.set(name, value);
  return toSearch(params);
}

/** The part of the query that goes along to another page: the scope, not what belongs to one page. */
export function scopeOnly(search: string): string {
  return writeScope('', readScope(search));
}

/** The rest: what belongs to one page. */
export function pageOnly(search: string): string {
  const params = new URLSearchParams(search);
  for (const name of Object.keys(DEFAULT_SCOPE)) params.delete(name);
  return toSearch(params);
}

/** The scope of one query with a page's own parameters of another. */
export function withPage(scope: string, page: string): string {
  const params = new URLSearchParams(scopeOnly(scope));
  for (const [name, value] of new URLSearchParams(pageOnly(page))) params.append(name, value);
  return toSearch(params);
}

/** The query that shows the same to whoever opens it, whenever: absolute times, and nothing that goes on by itself. */
export function frozen(search: string, { from, to }: { from: string; to: string }): string {
  return writeParam(writeScope(search, { from, to, refresh: 0 }), 'live', null);
}

function setOrDrop(params: URLSearchParams, name: string, value: string, fallback: string): void {
  if (value === fallback) params.delete(name);
  else params.set(name, value);
}

function toSearch(params: URLSearchParams): string {
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

function readFilters(text: string | null, faults: string[]): Pill[] {
  if (!text) return [];
  try {
    const found: unknown = JSON.parse(text);
    if (Array.isArray(found)) return atMost(found, MOST_FILTERS, isPill, { faults, what: 'filters' }) as Pill[];
  } catch {
    // Told below.
  }
  faults.push('The filters of the address cannot be read, and are left out.');
  return [];
}
