import { useIsFetching } from '@tanstack/react-query';
import React, { useCallback, useEffect, useRef, useState } from 'react';
import { useScope } from '../hooks/use_scope';
import type { KibanaDataView, KibanaFilter } from '../kibana/contract';
import { fromKibanaFilter, toKibanaFilter } from '../state/kibana_filters';
import { filtersOf, type Pill } from '../state/pills';
import { boundedRefresh } from '../state/url_state';
import { SUBJECTS } from '../test_subjects';
import { useServices } from './services';

/** How often an unpaused page refreshes until the user says otherwise. */
const FIRST_REFRESH_MS = 10_000;

/** Kibana's own search bar over the scope in the URL. */
export function ScopeBar() {
  const { plugins, core } = useServices();
  const { scope, setScope, refresh } = useScope();
  const dataViews = useDataViews();
  const [lastRefresh, setLastRefresh] = useState(scope.refresh || FIRST_REFRESH_MS);
  const isLoading = useIsFetching() > 0;
  const index = dataViews?.[0]?.id;
  const kibanaFilters = scope.filters.map((pill) => toKibanaFilter(pill, index));
  const take = usePills(kibanaFilters);
  if (!dataViews) return <div className="rotaScopeBar rotaScopeBar--empty" />;
  const { SearchBar } = plugins.unifiedSearch.ui;
  return (
    <div className="rotaScopeBar">
      <SearchBar
        appName="rota"
        indexPatterns={dataViews}
        query={{ query: scope.kql, language: 'kuery' }}
        dateRangeFrom={asPicked(scope.from)}
        dateRangeTo={asPicked(scope.to)}
        filters={kibanaFilters}
        isRefreshPaused={scope.refresh === 0}
        refreshInterval={scope.refresh || lastRefresh}
        isLoading={isLoading}
        showFilterBar
        showQueryInput
        showDatePicker
        showSaveQuery={core.application.capabilities.savedQueryManagement?.['saveQuery'] === true}
        disableQueryLanguageSwitcher
        displayStyle="inPage"
        placeholder={`Filter by KQL, such as url.path : "/checkout"`}
        dataTestSubj={SUBJECTS.searchBar}
        onQuerySubmit={({ dateRange, query }) => {
          const next = { from: dateRange.from, to: dateRange.to, kql: query?.query ?? scope.kql };
          const same = next.from === asPicked(scope.from) && next.to === asPicked(scope.to) && next.kql === scope.kql;
          if (same) refresh();
          else setScope(next);
        }}
        onFiltersUpdated={(next) => setScope({ filters: take(next) })}
        onSaved={() => undefined}
        onSavedQueryUpdated={({ attributes: { query, filters, timefilter } }) => {
          if (query.language !== 'kuery') {
            core.notifications.toasts.addDanger('This saved query is written in Lucene; Rota reads KQL.');
            return;
          }
          const pinned = scope.filters.filter((pill) => pill.pinned);
          setScope({
            kql: query.query,
            filters: [...pinned, ...take(filters ?? [])],
            ...(timefilter ? { from: timefilter.from, to: timefilter.to } : {}),
          });
        }}
        onClearSavedQuery={() => setScope({ kql: '', filters: scope.filters.filter((pill) => pill.pinned) })}
        onRefreshChange={({ isPaused, refreshInterval }) => {
          setLastRefresh(refreshInterval || FIRST_REFRESH_MS);
          setScope({ refresh: isPaused ? 0 : boundedRefresh(refreshInterval || FIRST_REFRESH_MS) });
        }}
      />
    </div>
  );
}

/** The fields that the search bar suggests. */
function useDataViews(): KibanaDataView[] | null {
  const { plugins } = useServices();
  const [views, setViews] = useState<KibanaDataView[] | null>(null);
  useEffect(() => {
    let gone = false;
    plugins.data.dataViews
      .create({ title: 'logs-*', timeFieldName: '@timestamp', allowNoIndex: true })
      .then((view) => [view])
      // Without a data view the bar still searches; only its suggestions are missing.
      .catch(() => [])
      .then((found) => {
        if (!gone) setViews(found);
      });
    return () => {
      gone = true;
    };
  }, [plugins]);
  return views;
}

/**
 * Keeps Kibana's filter manager and the address the same. The manager's pinned filters belong to all applications: those
 * that were there before join the address, and stay when the user goes on.
 * @returns reads Kibana's filters; what Rota cannot take is told
 */
function usePills(filters: KibanaFilter[]): (filters: KibanaFilter[]) => Pill[] {
  const { plugins, core } = useServices();
  const { scope, setScope } = useScope();
  const { filterManager } = plugins.data.query;
  const { toasts } = core.notifications;
  const take = useCallback(
    (given: KibanaFilter[]) =>
      given.map(fromKibanaFilter).flatMap((pill) => {
        if (typeof pill !== 'string') return [pill];
        toasts.addDanger(pill);
        return [];
      }),
    [toasts],
  );
  const text = JSON.stringify(filters);
  const written = useRef<string>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page is opened
  useEffect(() => {
    const known = new Set(scope.filters.map((pill) => JSON.stringify(filtersOf([{ ...pill, disabled: undefined }]))));
    const others = take(filterManager.getGlobalFilters()).filter(
      (pill) => !known.has(JSON.stringify(filtersOf([{ ...pill, disabled: undefined }]))),
    );
    if (others.length > 0) setScope({ filters: [...others, ...scope.filters] });
    return () => filterManager.setFilters(filterManager.getGlobalFilters());
  }, [filterManager]);
  useEffect(() => {
    if (written.current === text) return;
    written.current = text;
    filterManager.setFilters(JSON.parse(text));
  }, [filterManager, text]);
  return take;
}

/** The picker reads absolute times only with milliseconds. */
function asPicked(text: string): string {
  const t = text.includes('now') ? Number.NaN : Date.parse(text);
  return Number.isNaN(t) ? text : new Date(t).toISOString();
}
