import type { Filter } from '../../common/api';

/** What every page shares, as the URL carries it. Times are Kibana's date math (`now-30m`) or ISO 8601. */
export interface ScopeState {
  from: string;
  to: string;
  kql: string;
  filters: Filter[];
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

const OPS = new Set(['is', 'is_not', 'exists', 'not_exists']);
const MIN_REFRESH_MS = 1000;
/** Far below the 24.8 days from which on a browser's timer runs at once, again and again. */
const MAX_REFRESH_MS = 86_400_000;

/** A time between refreshes that a page can keep. */
export function boundedRefresh(ms: number): number {
  return Math.round(Math.min(MAX_REFRESH_MS, Math.max(MIN_REFRESH_MS, ms)));
}

/** Reads a URL's query; anything malformed falls back to its default, so that no link can break the page. */
export function readScope(search: string): ScopeState {
  const params = new URLSearchParams(search);
  const refresh = Number(params.get('refresh') ?? 0);
  return {
    from: params.get('from') || DEFAULT_SCOPE.from,
    to: params.get('to') || DEFAULT_SCOPE.to,
    kql: params.get('kql') ?? '',
    filters: readFilters(params.get('filters')),
    service: params.getAll('service').filter(Boolean),
    pool: params.getAll('pool').filter(Boolean),
    environment: params.getAll('environment').filter(Boolean),
    refresh: refresh >= MIN_REFRESH_MS ? boundedRefresh(refresh) : 0,
  };
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

function setOrDrop(params: URLSearchParams, name: string, value: string, fallback: string): void {
  if (value === fallback) params.delete(name);
  else params.set(name, value);
}

function toSearch(params: URLSearchParams): string {
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

function readFilters(text: string | null): Filter[] {
  if (!text) return [];
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? found.filter(isFilter) : [];
  } catch {
    return [];
  }
}

function isFilter(value: unknown): value is Filter {
  if (typeof value !== 'object' || value === null) return false;
  const { field, op, value: wanted } = value as Record<string, unknown>;
  if (typeof field !== 'string' || field === '' || typeof op !== 'string' || !OPS.has(op)) return false;
  const needsValue = op === 'is' || op === 'is_not';
  return needsValue ? ['string', 'number', 'boolean'].includes(typeof wanted) : wanted === undefined;
}
