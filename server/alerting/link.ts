/** Where a Kibana is reached: its public address where `server.publicBaseUrl` gives one, else the path before `/app`. */
export interface KibanaBase {
  publicBaseUrl?: string | undefined;
  serverBasePath: string;
}

/** What of Rota shows an alert: a page with a range, and the event on it. */
export interface AlertPlace {
  page: 'health' | 'rotation';
  from: number;
  to: number;
  event?: string;
}

/** The address of what an alert is about, in the space of its rule. Without `server.publicBaseUrl` it has no host. */
export function alertLink({ publicBaseUrl, serverBasePath }: KibanaBase, spaceId: string, place: AlertPlace): string {
  const space = spaceId === 'default' ? '' : `/s/${encodeURIComponent(spaceId)}`;
  const search = new URLSearchParams({
    from: new Date(place.from).toISOString(),
    to: new Date(place.to).toISOString(),
    ...(place.event === undefined ? {} : { event: place.event }),
  });
  return `${publicBaseUrl ?? serverBasePath}${space}/app/rota/${place.page}?${search}`;
}
