import { useIsFetching } from '@tanstack/react-query';
import React, { useEffect, useRef, useState } from 'react';
import { useScope } from '../hooks/use_scope';
import type { KibanaDataView } from '../kibana/contract';
import { fromKibanaFilter, toKibanaFilter } from '../state/kibana_filters';
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
  const kibanaFilters = scope.filters.map(toKibanaFilter);
  useFilterManager(kibanaFilters);
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
        showSaveQuery={false}
        displayStyle="inPage"
        placeholder={`Filter by KQL, such as url.path : "/checkout"`}
        dataTestSubj={SUBJECTS.searchBar}
        onQuerySubmit={({ dateRange, query }) => {
          const next = { from: dateRange.from, to: dateRange.to, kql: query?.query ?? scope.kql };
          const same = next.from === asPicked(scope.from) && next.to === asPicked(scope.to) && next.kql === scope.kql;
          if (same) refresh();
          else setScope(next);
        }}
        onFiltersUpdated={(next) => {
          const known = next.map(fromKibanaFilter);
          if (known.includes(null)) {
            core.notifications.toasts.addDanger(
              'Rota takes filters of the kinds "is" and "exists". Write others in KQL.',
            );
          }
          setScope({ filters: known.filter((filter) => filter !== null) });
        }}
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

/** Kibana's bar reads its pills from the filter manager, not only from its props. */
function useFilterManager(filters: ReturnType<typeof toKibanaFilter>[]): void {
  const { plugins } = useServices();
  const written = useRef('[]');
  const text = JSON.stringify(filters);
  useEffect(() => {
    if (written.current === text) return;
    written.current = text;
    plugins.data.query.filterManager.setFilters(JSON.parse(text));
  }, [plugins, text]);
}

/** The picker reads absolute times only with milliseconds. */
function asPicked(text: string): string {
  const t = text.includes('now') ? Number.NaN : Date.parse(text);
  return Number.isNaN(t) ? text : new Date(t).toISOString();
}
