import type { Site } from '../description/site';
import type { Log } from '../lines/log';
import type { Process } from '../truth/truth';
import { Clients, type Entrance } from './clients';
import { HaproxyBalancer } from './haproxy/balancer';
import { Machine } from './machine';
import { NginxFrontend } from './nginx/frontend';
import { balancerAddress, Places } from './places';
import { Pools, type Unit, type WebappUnit } from './pools';
import { Webapp } from './webapp/webapp';
import type { World } from './world';

/** The hosts of a site and who asks whom, as it changes. */
export class Estate {
  readonly balancers: { server: HaproxyBalancer; truth: Process }[] = [];
  readonly frontends: Unit<NginxFrontend>[] = [];
  readonly webapps: WebappUnit[] = [];
  readonly clients: Clients;
  readonly places: Places;
  private readonly pools: Pools;
  /** Whose `X-Forwarded-For` webapps believe. */
  private readonly proxies = new Set<string>(['127.0.0.1', 'unix:']);

  constructor(
    readonly world: World,
    readonly site: Site,
  ) {
    this.places = new Places(site);
    this.pools = new Pools(site, this.frontends, this.webapps);
    for (const i of site.balancers.keys()) this.proxies.add(balancerAddress(i));
    for (const i of site.webapps.keys()) this.addWebapp(i);
    for (const i of site.frontends.keys()) this.addFrontend(i);
    for (const i of site.balancers.keys()) this.addBalancer(i);
    const internet = new Machine('internet', '198.51.100.1', 0, 0);
    this.clients = new Clients(world, internet, () => this.entrances(), {
      rate: site.rate,
      visitors: site.visitors,
      services: this.webapps.some(({ service }) => service === 1) ? 2 : 1,
      skewed: site.dns === 'skewed',
    });
  }

  /** @param like which webapp of the description it is like; `address` when it takes over another's */
  addWebapp(like: number, address?: string): WebappUnit {
    const { world, site, places } = this;
    const n = this.webapps.length + 1;
    const described = site.webapps[like % site.webapps.length]!;
    const place = places.ofWebapp(n, address);
    const { machine } = place;
    // Two services want every frontend to reach both.
    const service = places.partitioned && site.frontends.length > 1 ? 0 : described.service;
    const truth = this.process(`web-${n}`, 'webapp', machine, place.address, described.log, service);
    const config = {
      name: truth.name,
      ...place,
      service,
      version: '1.0.0',
      environment: 'production',
      latency: described.latency,
      log: described.log,
    };
    const way = described.log === 'sdk' ? 'sdk' : 'file';
    const dataset = described.log === 'sdk' ? 'sdk' : 'gunicorn.access';
    const log = this.log(truth, machine, way, dataset, '/var/log/gunicorn/access.log');
    const unit: WebappUnit = {
      server: new Webapp(world, config, log, this.proxies),
      truth,
      ...this.pools.shareOfWebapp(n, service),
      service,
      owner: places.partitioned ? (n - 1) % site.frontends.length : undefined,
    };
    this.webapps.push(unit);
    this.pools.setServices(world.network);
    return unit;
  }

  addFrontend(like: number): Unit<NginxFrontend> {
    const { world, site, places, pools } = this;
    const n = this.frontends.length + 1;
    const { log: format } = site.frontends[like % site.frontends.length]!;
    const machine = places.ofFrontend(n);
    this.proxies.add(machine.address);
    const address = `${machine.address}:80`;
    const truth = this.process(`edge-${n}`, 'frontend', machine, address, format, undefined);
    const logs = {
      access: this.log(truth, machine, 'file', 'nginx.access', '/var/log/nginx/access.log'),
      error: this.log(truth, machine, 'file', 'nginx.error', '/var/log/nginx/error.log'),
      format,
    };
    const trusted = new Set(site.balancers.map((_, i) => balancerAddress(i)));
    const { workers } = site.upstream;
    const upstreams = pools.upstreamsOf(n - 1);
    const unit: Unit<NginxFrontend> = {
      server: new NginxFrontend(world, truth.name, machine, address, 80, logs, upstreams, workers, trusted),
      truth,
      ...pools.shareOfFrontend(n),
    };
    this.frontends.push(unit);
    return unit;
  }

  /** After a change of who is there: the proxies above are reloaded with their new lists. */
  reconfigure(tier: 'frontend' | 'webapp'): void {
    const { frontends, balancers, pools, site } = this;
    if (tier === 'webapp' && frontends.length > 0) {
      if (site.layout.placement === 'service_address') return;
      for (const [i, { server, truth }] of frontends.entries()) {
        if (truth.to === null) server.reload(pools.upstreamsOf(i));
      }
    } else for (const { server } of balancers) server.reload(pools.backends());
  }

  /** It is taken from the proxies' lists. */
  remove({ truth }: Unit<unknown>): void {
    truth.to = this.world.now;
    this.pools.setServices(this.world.network);
  }

  present<U extends Unit<unknown>>(units: readonly U[]): U[] {
    return units.filter(({ truth }) => truth.to === null);
  }

  /** What DNS gives; the last that was there, while nobody is. */
  private entrances(): Entrance[] {
    const { balancers, frontends, webapps } = this;
    const first = balancers.length > 0 ? balancers : frontends.length > 0 ? frontends : webapps;
    const present = first.filter(({ truth }) => truth.to === null);
    return (present.length > 0 ? present : first.slice(-1)).map(({ server, truth }) => ({
      address: truth.address,
      server,
    }));
  }

  private addBalancer(i: number): void {
    const { world, site, places, pools } = this;
    const { log: format } = site.balancers[i]!;
    const machine = places.ofBalancer(i);
    const address = `${machine.address}:80`;
    const truth = this.process(machine.name, 'lb', machine, address, format, undefined);
    // Datagrams of stock HAProxy bear no name: their sender's address stands for it.
    if (format === 'stock' || format === 'failures') truth.hostName = machine.address;
    const log = this.log(truth, machine, format === 'rota' ? 'ring' : 'udp', 'haproxy.log', '');
    const server = new HaproxyBalancer(world, truth.name, machine, address, format, log, pools.backends());
    this.balancers.push({ server, truth });
  }

  private process(
    name: string,
    tier: Process['tier'],
    machine: Machine,
    address: string,
    log: string,
    service: 0 | 1 | undefined,
  ): Process {
    const hostName = log === 'none' ? undefined : machine.name;
    const { now, recorder } = this.world;
    const process = { name, tier, machine: machine.name, hostName, address, log, service, from: now, to: null };
    recorder.processes.push(process);
    return process;
  }

  private log(truth: Process, machine: Machine, way: Log['way'], dataset: Log['dataset'], file: string) {
    const { name, hostName } = truth;
    return hostName === undefined ? undefined : this.world.openLog(name, machine, hostName, way, dataset, file);
  }
}
