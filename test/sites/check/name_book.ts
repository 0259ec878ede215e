import type { Process, Truth } from '../truth/truth';
import type { Tier } from './answers';

/** Which processes the names on a page stand for. */
export class NameBook {
  constructor(private readonly truth: Truth) {}

  /**
   * Hosts' names, addresses with and without port, sockets, HAProxy's server names with and without their backend.
   * @param by the proxy that uses the name, as the page calls it: loopback addresses are its machine's own
   */
  resolve(name: string, tier: Tier, by: string | null = null): Process[] {
    const { processes } = this.truth;
    const shown = this.truth.site.frontends.length === 0 ? 'webapp' : tier;
    const own = processes.filter((one) => one.tier === shown);
    const hosts = own.filter(({ machine, name: process }) => machine === name || process === name);
    if (hosts.length > 0) return hosts;
    const proxies = by === null ? undefined : this.proxies(by);
    const placed = this.placesOf(name, proxies).flatMap(({ place, machine }) =>
      own.filter(
        (one) => one.address === place && (!isLocal(place) || machine === undefined || one.machine === machine),
      ),
    );
    if (placed.length > 0) return [...new Set(placed)];
    return this.behindService(name, own);
  }

  addressOf(process: string): string | undefined {
    return this.truth.processes.find(({ name }) => name === process)?.address;
  }

  /** Processes of any tier that the page may call so. */
  proxies(name: string): Process[] {
    return this.truth.processes.filter(
      ({ name: process, machine, hostName, address }) =>
        process === name || machine === name || hostName === name || address.split(':')[0] === name,
    );
  }

  private placesOf(name: string, proxies: Process[] | undefined): { place: string; machine: string | undefined }[] {
    const found = this.truth.pools.flatMap(({ by, pool, members }) => {
      const proxy = this.truth.processes.find((one) => one.name === by);
      if (proxies && !proxies.some((one) => one.name === by)) return [];
      return members
        .filter(
          ({ place, serverName }) =>
            [place, place.split(':')[0], serverName, `${pool}/${serverName}`].includes(name) && place !== '',
        )
        .map(({ place }) => ({ place, machine: proxy?.machine }));
    });
    return found.length > 0 || !proxies ? found : this.placesOf(name, undefined);
  }

  private behindService(name: string, own: Process[]): Process[] {
    const services = ['10.96.0.10', '10.96.0.11'];
    const service = services.indexOf(name.split(':')[0]!);
    return service === -1 ? [] : own.filter((one) => one.service === service);
  }
}

function isLocal(place: string): boolean {
  return place.startsWith('127.') || place.startsWith('unix:');
}
