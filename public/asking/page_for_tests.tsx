import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { createMemoryHistory, type MemoryHistory } from 'history';
import React, { type ReactNode } from 'react';
import { Router } from 'react-router-dom';
import { type Services, ServicesProvider } from '../app/services';
import { createTimeFormat } from '../format/time';
import { ScopeProvider } from '../hooks/use_scope';
import { createQueries } from './queries';
import { ScriptedServer } from './scripted_server';

/** For tests: children with the scope and the questions of a page, in front of a scripted server. */
export function renderPage(search: string, children: ReactNode): { server: ScriptedServer; history: MemoryHistory } {
  const server = new ScriptedServer();
  const history = createMemoryHistory({ initialEntries: [`/requests${search}`] });
  const services = {
    client: server,
    clock: server.clock,
    time: createTimeFormat('UTC'),
    core: { notifications: { toasts: {} } },
    plugins: {},
  } as unknown as Services;
  render(
    <QueryClientProvider client={createQueries()}>
      <ServicesProvider value={services}>
        <Router history={history}>
          <ScopeProvider>{children}</ScopeProvider>
        </Router>
      </ServicesProvider>
    </QueryClientProvider>,
  );
  return { server, history };
}

/** Hides the tab or shows it again, as the browser tells it. */
export function seeTab(visible: boolean): void {
  Object.defineProperty(document, 'visibilityState', { value: visible ? 'visible' : 'hidden', configurable: true });
  window.dispatchEvent(new Event('visibilitychange'));
}

export function setNetwork(online: boolean): void {
  Object.defineProperty(navigator, 'onLine', { value: online, configurable: true });
  window.dispatchEvent(new Event(online ? 'online' : 'offline'));
}
