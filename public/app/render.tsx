import { EuiProvider } from '@elastic/eui';
import createCache from '@emotion/cache';
import { Global } from '@emotion/react';
import { QueryClientProvider } from '@tanstack/react-query';
import React, { useEffect, useState } from 'react';

import ReactDOM from 'react-dom';
import { Router } from 'react-router-dom';
import { createClient } from '../api/client';
import { createQueries } from '../asking/queries';
import { ServerClock } from '../asking/server_clock';
import { createTimeFormat } from '../format/time';
import type { AppMountParameters, CoreStart, StartPlugins } from '../kibana/contract';
import styles from '../styles';
import { themeVariables, useRotaTheme } from '../theme/use_rota_theme';
import { App } from './app';
import { type Services, ServicesProvider } from './services';

/** Mounts the app into Kibana's element; gives back the function that takes it down. */
export function renderApp(
  core: CoreStart,
  plugins: StartPlugins,
  { element, history, setHeaderActionMenu }: AppMountParameters,
): () => void {
  const clock = new ServerClock();
  const services: Services = {
    core,
    plugins,
    client: createClient(core.http, clock),
    clock,
    time: createTimeFormat(core.uiSettings.get('dateFormat:tz', 'Browser'), core.uiSettings.get<string>('dateFormat')),
    setHeaderActionMenu,
  };
  const queries = createQueries();
  element.style.setProperty('flex', '1 1 auto');
  element.style.setProperty('min-inline-size', '0');
  ReactDOM.render(
    <Themed core={core}>
      <QueryClientProvider client={queries}>
        <ServicesProvider value={services}>
          <Router history={history}>
            <App />
          </Router>
        </ServicesProvider>
      </QueryClientProvider>
    </Themed>,
    element,
  );
  return () => {
    ReactDOM.unmountComponentAtNode(element);
    queries.clear();
  };
}

const cache = createCache({
  key: 'rota',
  container: document.querySelector<HTMLElement>('meta[name="emotion"]') ?? undefined,
});

/** EUI in Kibana's colour mode. Kibana brings the global styles itself. */
function Themed({ core, children }: { core: CoreStart; children: React.ReactNode }) {
  const [dark, setDark] = useState<boolean | null>(null);
  useEffect(() => {
    const subscription = core.theme.theme$.subscribe(({ darkMode }) => setDark(darkMode));
    return () => subscription.unsubscribe();
  }, [core]);
  if (dark === null) return null;
  return (
    <EuiProvider colorMode={dark ? 'DARK' : 'LIGHT'} cache={cache} globalStyles={false} utilityClasses={false}>
      <Styles />
      {children}
    </EuiProvider>
  );
}

function Styles() {
  const theme = useRotaTheme();
  return <Global styles={[{ ':root': themeVariables(theme) }, styles]} />;
}
