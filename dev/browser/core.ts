import type { History } from 'history';
import { BehaviorSubject } from 'rxjs';
import type { Breadcrumb, CoreHttp, CoreStart, HttpOptions } from '../../public/kibana/contract';

export interface Toast {
  id: number;
  title: string;
  color: 'success' | 'warning' | 'danger';
}

/** What the chrome listens to, beside what the app sees. */
export interface HostCore extends CoreStart {
  breadcrumbs$: BehaviorSubject<Breadcrumb[]>;
  toasts$: BehaviorSubject<Toast[]>;
}

let nextToast = 1;

/** The services of Kibana's core that the plugin uses. */
export function createCore({ darkMode, history }: { darkMode: boolean; history: History }): HostCore {
  const breadcrumbs$ = new BehaviorSubject<Breadcrumb[]>([]);
  const toasts$ = new BehaviorSubject<Toast[]>([]);
  const add = (color: Toast['color']) => (title: string) =>
    toasts$.next([...toasts$.getValue(), { id: nextToast++, title, color }]);
  return {
    breadcrumbs$,
    toasts$,
    http: createHttp(),
    application: {
      navigateToUrl: async (url) => history.push(url),
      capabilities: { navLinks: { rota: true } },
      getUrlForApp: (appId, options) => `/app/${appId}${options?.path ?? ''}`,
    },
    chrome: {
      setBreadcrumbs: (crumbs) => breadcrumbs$.next(crumbs),
      docTitle: {
        change: (title) => {
          document.title = [title, 'Rota'].flat().join(' - ');
        },
      },
    },
    theme: { theme$: new BehaviorSubject({ darkMode }) },
    uiSettings: { get: (key, fallback) => (SETTINGS[key] ?? fallback) as never },
    notifications: { toasts: { addSuccess: add('success'), addWarning: add('warning'), addDanger: add('danger') } },
  };
}

/** Kibana's advanced settings that the plugin reads, at their defaults. */
const SETTINGS: Record<string, unknown> = {
  'dateFormat:tz': 'Browser',
  dateFormat: 'MMM D, YYYY @ HH:mm:ss.SSS',
};

function createHttp(): CoreHttp {
  return {
    basePath: { prepend: (path) => path },
    async post(path: string, { body, signal, headers, asResponse, rawResponse }: HttpOptions = {}) {
      const request = new Request(path, {
        method: 'POST',
        body,
        signal,
        headers: { 'content-type': 'application/json', 'kbn-xsrf': 'rota', ...headers },
      });
      const response = await fetch(request);
      if (asResponse && rawResponse && response.ok) return { request, response };
      const answer: unknown = await response.json().catch(() => undefined);
      if (response.ok) return asResponse ? { request, response, body: answer } : answer;
      const words = (answer as { message?: string } | undefined)?.message ?? response.statusText;
      throw Object.assign(new Error(words), { name: 'HttpFetchError', request, response, body: answer });
    },
  };
}
