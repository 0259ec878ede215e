import { useMemo } from 'react';
import { useServices } from '../app/services';
import { toKibanaFilter } from '../state/kibana_filters';
import { useScope } from './use_scope';

const LOCATOR = 'DISCOVER_APP_LOCATOR';

/**
 * The address in Discover of the lines that the page's scope or one KQL names; null where there is no Discover (the
 * development host, or a user who may not open it).
 */
export function useDiscover(kql?: string): string | null {
  const { core, plugins } = useServices();
  const { scope, question } = useScope();
  const allowed = core.application.capabilities.navLinks['discover'] === true;
  const locator = allowed ? plugins.share?.url.locators.get(LOCATOR) : undefined;
  return useMemo(() => {
    if (!locator) return null;
    return locator.getRedirectUrl({
      // Rota's own streams, whatever data views the space has.
      dataViewSpec: { id: 'rota-logs', title: 'logs-*', timeFieldName: '@timestamp' },
      timeRange: { from: question.from, to: question.to },
      query: { language: 'kuery', query: kql ?? scope.kql },
      filters: kql === undefined ? scope.filters.map((pill) => toKibanaFilter(pill)) : [],
    });
  }, [locator, question.from, question.to, scope.kql, scope.filters, kql]);
}
