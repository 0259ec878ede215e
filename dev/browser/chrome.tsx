import {
  EuiGlobalToastList,
  EuiHeader,
  EuiHeaderBreadcrumbs,
  EuiHeaderLogo,
  EuiHeaderSectionItem,
  EuiProvider,
  EuiSwitch,
} from '@elastic/eui';
import createCache from '@emotion/cache';
import React, { useEffect, useRef, useState } from 'react';
import type { HostCore, Toast } from './core';

interface ChromeProps {
  core: HostCore;
  darkMode: boolean;
  title: string;
  children(element: HTMLElement): Promise<() => void>;
}

const cache = createCache({
  key: 'host',
  container: document.querySelector<HTMLElement>('meta[name="eui-global"]') ?? undefined,
});

/** A header, breadcrumbs and a place for the app: what stands around it in Kibana. */
export function Chrome({ core, darkMode, title, children: mount }: ChromeProps) {
  const place = useRef<HTMLElement>(null);
  const crumbs = useValue(core.breadcrumbs$, []);
  const toasts = useValue<Toast[]>(core.toasts$, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an app is mounted once
  useEffect(() => {
    if (place.current) void mount(place.current);
  }, []);
  return (
    <EuiProvider colorMode={darkMode ? 'DARK' : 'LIGHT'} cache={cache}>
      <EuiHeader
        position="fixed"
        theme="dark"
        sections={[
          {
            items: [
              <EuiHeaderLogo
                key="logo"
                iconType="visGauge"
                href="/app/rota"
              >{`${title} · development host`}</EuiHeaderLogo>,
            ],
          },
          {
            items: [
              <EuiHeaderSectionItem key="theme">
                <EuiSwitch
                  compressed
                  label={<span style={{ color: '#fff' }}>Dark mode</span>}
                  checked={darkMode}
                  onChange={() => setDarkMode(!darkMode)}
                />
              </EuiHeaderSectionItem>,
            ],
          },
        ]}
      />
      <EuiHeader position="fixed" style={{ insetBlockStart: 48 }}>
        <EuiHeaderBreadcrumbs breadcrumbs={crumbs} aria-label="Breadcrumbs" />
      </EuiHeader>
      <main id="app" style={{ paddingBlockStart: 96, minBlockSize: '100vh', display: 'flex' }} ref={place} />
      <EuiGlobalToastList
        toasts={toasts.map(({ id, ...toast }) => ({ ...toast, id: String(id) }))}
        dismissToast={({ id }) => core.toasts$.next(toasts.filter((toast) => String(toast.id) !== id))}
        toastLifeTimeMs={6000}
      />
    </EuiProvider>
  );
}

/** As in Kibana, a change of theme loads the page anew. */
function setDarkMode(on: boolean): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the server chooses the style sheet by it
  document.cookie = `rota_dark=${on ? 1 : 0}; path=/; samesite=strict; max-age=31536000`;
  location.reload();
}

function useValue<T>(source: { subscribe(next: (value: T) => void): { unsubscribe(): void } }, initial: T): T {
  const [value, setValue] = useState(initial);
  useEffect(() => {
    const subscription = source.subscribe(setValue);
    return () => subscription.unsubscribe();
  }, [source]);
  return value;
}
