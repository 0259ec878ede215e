import type { Entry } from './directory';
import type { WriterSeen } from './evidence';
import { groupBy } from './groups';

/**
 * Pools of tellers whose format names none: a place is in the pool that others name it in, or in that of the service which
 * its host says it is. Where that is not known of each of its places, a teller's turns cannot be shared out.
 */
export interface NamedPools {
  /** By teller and place. */
  pools: ReadonlyMap<string, string>;
  /** Tellers of which it is not known. */
  unknown: ReadonlySet<string>;
}

export const namedKey = (teller: string | null, place: string) => JSON.stringify([teller, place]);

export function namedPools(upstreams: readonly Entry[], writers: readonly WriterSeen[]): NamedPools {
  const named = groupBy(
    upstreams.filter(({ seen }) => seen.pool !== null),
    ({ seen }) => seen.place,
  );
  const servicesOf = groupBy(
    writers.filter(({ tier, service }) => tier === 'webapp' && service !== null),
    ({ host }) => host,
  );
  const poolOf = ({ seen, owners }: Entry): string | null => {
    const elsewhere = new Set((named.get(seen.place) ?? []).map(({ seen: { pool } }) => pool));
    if (elsewhere.size === 1) return `pool ${[...elsewhere][0]}`;
    const services = new Set(
      owners.joins.flatMap(({ host }) => (servicesOf.get(host) ?? []).map(({ service }) => service)),
    );
    return services.size === 1 ? `service ${[...services][0]}` : null;
  };
  const pools = new Map<string, string>();
  const unknown = new Set<string>();
  const unnamed = groupBy(
    upstreams.filter(({ seen }) => seen.pool === null),
    ({ seen }) => seen.teller,
  );
  for (const [teller, entries] of unnamed) {
    const found = entries.map((entry) => ({ place: entry.seen.place, pool: poolOf(entry) }));
    const kinds = new Set(found.map(({ pool }) => pool?.split(' ')[0]));
    // One place is one pool; pools and services are not each other's names.
    if (new Set(found.map(({ place }) => place)).size < 2) continue;
    if (kinds.size > 1 || kinds.has(undefined)) unknown.add(teller);
    else for (const { place, pool } of found) pools.set(namedKey(teller, place), pool!);
  }
  return { pools, unknown };
}
