import type { Scope } from '../../common/api';
import type { Landscape, Webapp } from './landscape';

type Selectors = Pick<Scope, 'service' | 'environment' | 'pool'>;

/**
 * What of the landscape belongs to the chosen services, environments and pools: who else there is has no lane, no due
 * share and no event on the page. Whose address is whose stays whole.
 */
export function narrowLandscape(landscape: Landscape, scope: Selectors): Landscape {
  const named = scope.service.length > 0 || scope.environment.length > 0;
  if (!named && scope.pool.length === 0) return landscape;
  const { book } = landscape;
  const fitting = landscape.webapps.filter((app) => fits(app, scope));
  const fittingHosts = new Set(fitting.map(({ host }) => host));
  const chosen = (pool: string | null) => pool !== null && scope.pool.includes(pool);
  const servers = new Set(landscape.balancers.filter(({ pool }) => chosen(pool)).map(({ server }) => server));
  const upstreams = landscape.upstreams
    .filter(({ address }) => !named || fittingHosts.has(book.name(address)))
    .filter(({ pool, frontend }) => scope.pool.length === 0 || chosen(pool) || servers.has(frontend));
  // Where frontends name no upstream, nobody says which service is whose.
  const untold = landscape.upstreams.length === 0;
  const used = new Set(upstreams.map(({ frontend }) => frontend));
  const isFrontend = (host: string) => used.has(host) || (!named && servers.has(host)) || (untold && named);
  const hosts = new Set(upstreams.map(({ address }) => book.name(address)));
  return {
    ...landscape,
    whole: landscape,
    webapps: fitting.filter(({ host }) => scope.pool.length === 0 || hosts.has(host)),
    upstreams,
    frontends: landscape.frontends.filter(({ host }) => isFrontend(host)),
    balancers: landscape.balancers.filter(
      ({ pool, server }) => isFrontend(server) && (servers.size === 0 || chosen(pool)),
    ),
  };
}

function fits({ services, environments }: Webapp, { service, environment }: Selectors): boolean {
  const any = (names: string[], wanted: string[]) => wanted.length === 0 || names.some((name) => wanted.includes(name));
  return any(services, service) && any(environments, environment);
}
