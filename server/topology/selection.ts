import type { Scope } from '../../common/api';
import { type Directory, type Entry, hostsOf, writersAt } from './directory';
import type { WriterSeen } from './evidence';

export type Selectors = Pick<Scope, 'service' | 'environment' | 'pool'>;

export function isNarrowed({ service, environment, pool }: Selectors): boolean {
  return service.length > 0 || environment.length > 0 || pool.length > 0;
}

export function fits({ service, environment }: WriterSeen, wanted: Selectors): boolean {
  const one = (value: string | null, names: readonly string[]) =>
    names.length === 0 || (value !== null && names.includes(value));
  return one(service, wanted.service) && one(environment, wanted.environment);
}

/**
 * What of the directory belongs to the chosen services, environments and pools. Places are chosen, not names: another
 * environment's host of the same name stays outside.
 */
export function narrowDirectory(directory: Directory, wanted: Selectors): Directory {
  if (!isNarrowed(wanted)) return directory;
  const named = wanted.service.length > 0 || wanted.environment.length > 0;
  const chosenPool = (pool: string | null) => pool !== null && wanted.pool.includes(pool);
  const serves = (entry: Entry) => !named || writersAt(entry, directory).some((writer) => fits(writer, wanted));
  const ofPool = directory.servers.filter(({ seen }) => chosenPool(seen.pool));
  const below = new Set(ofPool.flatMap(hostsOf));
  const upstreams = directory.upstreams
    .filter(serves)
    .filter(({ seen }) => wanted.pool.length === 0 || chosenPool(seen.pool) || below.has(seen.teller));
  const tellers = new Set(upstreams.map(({ seen }) => seen.teller));
  // Where frontends name no upstream, nobody says which service is whose.
  const untold = directory.upstreams.length === 0;
  const isAbove = (host: string) => tellers.has(host) || (!named && below.has(host)) || (untold && named);
  const servers = directory.servers.filter((entry) =>
    entry.tier === 'webapp'
      ? serves(entry) && (wanted.pool.length === 0 || chosenPool(entry.seen.pool))
      : hostsOf(entry).some(isAbove) && (ofPool.length === 0 || chosenPool(entry.seen.pool)),
  );
  const hosts = new Set([...upstreams, ...servers].flatMap(hostsOf));
  const writers = directory.inventory.writers.filter((writer) =>
    writer.tier === 'frontend'
      ? isAbove(writer.host) || hosts.has(writer.host)
      : fits(writer, wanted) && (wanted.pool.length === 0 || hosts.has(writer.host)),
  );
  const monitors = directory.inventory.monitors.filter(({ host }) => hosts.has(host) || isAbove(host));
  return { inventory: { ...directory.inventory, writers, monitors }, servers, upstreams, whole: directory };
}
