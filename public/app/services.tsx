import React, { createContext, type ReactNode, useContext } from 'react';
import type { RotaClient } from '../api/client';
import type { ServerClock } from '../asking/server_clock';
import type { TimeFormat } from '../format/time';
import type { AppMountParameters, CoreStart, StartPlugins } from '../kibana/contract';

/** What the app is given once, when it is mounted. */
export interface Services {
  core: CoreStart;
  plugins: StartPlugins;
  client: RotaClient;
  /** What "now" is. */
  clock: ServerClock;
  time: TimeFormat;
  setHeaderActionMenu: AppMountParameters['setHeaderActionMenu'];
}

const ServicesContext = createContext<Services | null>(null);

export function ServicesProvider({ value, children }: { value: Services; children: ReactNode }) {
  return <ServicesContext.Provider value={value}>{children}</ServicesContext.Provider>;
}

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('useServices is used outside ServicesProvider');
  return services;
}
