import { Subject } from 'rxjs';
import type { CoreStart, KibanaFilter, StartPlugins } from '../../public/kibana/contract';
import { SearchBar } from './search_bar';

/** The parts of Kibana's `data` and `unifiedSearch` plugins that the plugin uses. */
export function createPlugins(_core: CoreStart): StartPlugins {
  let filters: KibanaFilter[] = [];
  const updates$ = new Subject<void>();
  return {
    data: {
      dataViews: { create: async ({ title }) => ({ id: title }) },
      query: {
        filterManager: {
          getFilters: () => filters,
          getGlobalFilters: () => filters.filter(({ $state }) => $state?.store === 'globalState'),
          setFilters(next) {
            filters = next;
            updates$.next();
          },
          getUpdates$: () => updates$,
        },
      },
    },
    unifiedSearch: { ui: { SearchBar } },
  };
}
