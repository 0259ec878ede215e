import type { History } from 'history';
import type { ComponentType, ReactElement } from 'react';
import type { Observable } from 'rxjs';

/** The narrow part of Kibana 8.12's browser contract that the plugin uses; Kibana publishes no types. `dev/` implements it. */
export interface HttpOptions {
  body?: string;
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /** With both, the promise gives `{response}` and leaves its body to be streamed. */
  asResponse?: true;
  rawResponse?: true;
}

export interface CoreHttp {
  basePath: { prepend(path: string): string };
  /** Rejects with an error that has `body` and `response`; an aborted request's error is named AbortError. */
  post(path: string, options?: HttpOptions): Promise<unknown>;
}

export interface Breadcrumb {
  text: string;
  href?: string;
  onClick?: (event: { preventDefault(): void }) => void;
}

export interface CoreTheme {
  darkMode: boolean;
}

export interface CoreStart {
  http: CoreHttp;
  application: {
    navigateToUrl(url: string): Promise<void>;
    /** What the user may do; an app that is absent from `navLinks` is not installed or not allowed. */
    capabilities: {
      navLinks: Record<string, boolean>;
      management?: Record<string, Record<string, boolean>>;
      savedQueryManagement?: Record<string, boolean>;
    };
    getUrlForApp(appId: string, options?: { path?: string }): string;
  };
  chrome: {
    setBreadcrumbs(crumbs: Breadcrumb[]): void;
    docTitle: { change(title: string | string[]): void };
  };
  theme: { theme$: Observable<CoreTheme> };
  uiSettings: { get<T>(key: string, fallback?: T): T };
  notifications: {
    toasts: { addSuccess(title: string): void; addWarning(title: string): void; addDanger(title: string): void };
  };
}

export interface AppMountParameters {
  element: HTMLElement;
  history: History;
  /** Gives the app a place in Kibana's header; undefined gives it back. */
  setHeaderActionMenu?(mount: ((element: HTMLElement) => () => void) | undefined): void;
}

export interface CoreSetup {
  application: {
    register(app: {
      id: string;
      title: string;
      euiIconType?: string;
      order?: number;
      category?: { id: string; label: string; euiIconType?: string; order?: number };
      deepLinks?: { id: string; title: string; path: string }[];
      mount(params: AppMountParameters): Promise<() => void>;
    }): void;
  };
  getStartServices(): Promise<[CoreStart, StartPlugins, unknown]>;
}

export interface KqlQuery {
  query: string;
  language: string;
}

export interface TimeRange {
  from: string;
  to: string;
}

/** A pill of Kibana's filter bar, as far as we read and write it. */
export interface KibanaFilter {
  meta: {
    key?: string;
    type?: string;
    negate?: boolean;
    disabled?: boolean;
    alias?: string | null;
    params?: unknown;
    index?: string;
    /** How a combined filter joins its `params`. */
    relation?: string;
  };
  query?: Record<string, unknown>;
  $state?: { store: string };
}

/** Opaque to us: made by `dataViews.create`, handed to the search bar. */
export interface KibanaDataView {
  id?: string;
}

/** A query that users keep in Kibana; filters and times only where they chose to save them. */
export interface SavedQuery {
  id: string;
  attributes: {
    title: string;
    query: KqlQuery;
    filters?: KibanaFilter[];
    timefilter?: TimeRange & { refreshInterval?: { pause: boolean; value: number } };
  };
}

/** The props of unifiedSearch's `ui.SearchBar` that we use. */
export interface SearchBarProps {
  appName: string;
  indexPatterns: KibanaDataView[];
  query: KqlQuery;
  dateRangeFrom: string;
  dateRangeTo: string;
  filters: KibanaFilter[];
  isRefreshPaused: boolean;
  refreshInterval: number;
  isLoading?: boolean;
  showFilterBar?: boolean;
  showQueryInput?: boolean;
  showDatePicker?: boolean;
  showSaveQuery?: boolean;
  /** Rota reads KQL alone. */
  disableQueryLanguageSwitcher?: boolean;
  onSaved?(saved: SavedQuery): void;
  onSavedQueryUpdated?(saved: SavedQuery): void;
  onClearSavedQuery?(): void;
  savedQuery?: SavedQuery;
  placeholder?: string;
  displayStyle?: 'inPage' | 'detached';
  dataTestSubj?: string;
  /** `isUpdate` is false when the same query is sent again: a refresh. */
  onQuerySubmit(payload: { dateRange: TimeRange; query?: KqlQuery }, isUpdate?: boolean): void;
  onFiltersUpdated(filters: KibanaFilter[]): void;
  onRefreshChange(options: { isPaused: boolean; refreshInterval: number }): void;
}

/** What Kibana's rule form hands to the part that a rule type brings. */
export interface RuleFormProps<P> {
  ruleParams: Partial<P>;
  setRuleParams<K extends keyof P>(name: K, value: P[K]): void;
  errors: Record<string, string[]>;
}

export interface TriggersActionsUiSetup {
  ruleTypeRegistry: { register(ruleType: Record<string, unknown>): void };
}

export interface TriggersActionsUiStart {
  getAddRuleFlyout(props: {
    consumer: string;
    ruleTypeId: string;
    canChangeTrigger: boolean;
    onClose(): void;
  }): ReactElement;
}

export interface StartPlugins {
  triggersActionsUi?: TriggersActionsUiStart;
  data: {
    dataViews: {
      create(spec: { title: string; timeFieldName: string; allowNoIndex?: boolean }): Promise<KibanaDataView>;
    };
    query: {
      filterManager: {
        getFilters(): KibanaFilter[];
        /** The pinned ones, which other applications share. */
        getGlobalFilters(): KibanaFilter[];
        setFilters(filters: KibanaFilter[]): void;
        getUpdates$(): Observable<void>;
      };
    };
  };
  unifiedSearch: { ui: { SearchBar: ComponentType<SearchBarProps> } };
  /** Addresses of other apps' places; absent in the development host. */
  share?: {
    url: { locators: { get(id: string): { getRedirectUrl(params: Record<string, unknown>): string } | undefined } };
  };
}
