import type { Site } from '../description/site';
import type { Process } from '../truth/truth';
import type { BackendConfig } from './haproxy/backend';
import type { Network } from './network';
import type { NginxFrontend } from './nginx/frontend';
import type { UpstreamConfig } from './nginx/upstream';
import type { Webapp } from './webapp/webapp';

const SERVICE_NAMES = ['shop', 'blog'] as const;
const SERVICE_ADDRESSES = ['10.96.0.10:80', '10.96.0.11:80'] as const;

/** A server of some pool: what stands there, and what its proxies know of it. */
export interface Unit<S> {
  server: S;
  truth: Process;
  weight: number;
  backup: boolean;
}

export interface WebappUnit extends Unit<Webapp> {
  service: 0 | 1;
  /** The frontend that asks it, by its place; undefined: all do. */
  owner: number | undefined;
}

/** What stands in the proxies' configurations, of those who are there now. */
export class Pools {
  constructor(
    private readonly site: Site,
    private readonly frontends: readonly Unit<NginxFrontend>[],
    private readonly webapps: readonly WebappUnit[],
  ) {}

  /** The balancers' backends: the frontends, or without them the webapps, each service by itself. */
  backends(): BackendConfig[] {
    const { layout, backend: settings } = this.site;
    const toServers = (units: readonly Unit<unknown>[]) =>
      units.map(({ truth, weight, backup }, i) => ({
        name: layout.serverNames === 'numbers' ? `srv${i + 1}` : truth.name,
        address: truth.address,
        weight,
        backup,
      }));
    if (this.frontends.length > 0) {
      return [{ name: 'frontends', servers: toServers(present(this.frontends)), settings }];
    }
    return this.services().map((service) => {
      const units = present(this.webapps).filter((unit) => unit.service === service);
      return { name: `be_${SERVICE_NAMES[service]}`, servers: toServers(units), settings };
    });
  }

  /** @param frontend its place, from 0 */
  upstreamsOf(frontend: number): UpstreamConfig[] {
    const { layout, upstream: settings, frontends } = this.site;
    const place = frontend % frontends.length;
    const own = present(this.webapps).filter(({ owner }) => owner === undefined || owner === place);
    return this.services().flatMap((service) => {
      const units = own.filter((unit) => unit.service === service);
      if (units.length === 0) return [];
      const servers =
        layout.placement === 'service_address'
          ? [{ address: SERVICE_ADDRESSES[service], weight: 1, backup: false }]
          : units.map(({ truth, weight, backup }) => ({ address: truth.address, weight, backup }));
      return [{ name: SERVICE_NAMES[service], servers, settings }];
    });
  }

  /** Who stands behind the service addresses. */
  setServices(network: Network): void {
    if (this.site.layout.placement !== 'service_address') return;
    for (const service of [0, 1] as const) {
      const units = present(this.webapps).filter((unit) => unit.service === service);
      network.setService(
        SERVICE_ADDRESSES[service],
        units.map(({ truth }) => truth.address),
      );
    }
  }

  shareOfFrontend(n: number): { weight: number; backup: boolean } {
    const { backend, frontends } = this.site;
    return { weight: backend.weights[n - 1] ?? 1, backup: backend.backup && n === frontends.length && n > 1 };
  }

  shareOfWebapp(n: number, service: 0 | 1): { weight: number; backup: boolean } {
    const { frontends, backend, upstream, webapps } = this.site;
    const pool = frontends.length > 0 ? upstream : backend;
    const last = n === webapps.length && this.webapps.some((unit) => unit.service === service && !unit.backup);
    // nginx takes no `backup` beside ip_hash.
    const takesBackups = frontends.length === 0 || upstream.algorithm !== 'ip_hash';
    return { weight: pool.weights[n - 1] ?? 1, backup: pool.backup && takesBackups && last };
  }

  private services(): (0 | 1)[] {
    return ([0, 1] as const).filter((service) => this.webapps.some((unit) => unit.service === service));
  }
}

function present<U extends Unit<unknown>>(units: readonly U[]): U[] {
  return units.filter(({ truth }) => truth.to === null);
}
