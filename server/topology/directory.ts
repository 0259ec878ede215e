import { isAddress, splitAddress } from './address';
import type { Inventory, PlaceSeen, PlaceTier, WriterSeen } from './evidence';
import { groupBy } from './groups';
import { type Join, type Known, type Owners, ownersOfServer, ownersOfUpstream } from './joins';

/** A place with whoever was behind it. */
export interface Entry {
  /** Of what stands behind it. */
  tier: PlaceTier;
  seen: PlaceSeen;
  owners: Owners;
  /** What it is called where it belongs to nobody known. */
  label: string;
}

/** Who there is, before anything is counted: places with their owners, and writers with what they call themselves. */
export interface Directory {
  inventory: Inventory;
  servers: readonly Entry[];
  upstreams: readonly Entry[];
  /** Selectors narrowed it: what all there is, stands here. */
  whole: Directory | null;
}

export function directoryOf(inventory: Inventory, declared: Readonly<Record<string, string>>): Directory {
  const knownOf = concerning({ inventory, declared });
  const poolsOf = groupBy(inventory.servers, ({ place }) => place);
  const servers = inventory.servers.map((seen): Entry => {
    const known = knownOf(seen);
    const owners = ownersOfServer(seen, known);
    const label = labelOfServer(seen, poolsOf.get(seen.place) ?? []);
    return { tier: tierBehind(owners, known.inventory), seen, owners, label };
  });
  const upstreams = inventory.upstreams
    .filter(({ place }) => place !== '' && isAddress(place))
    .map((seen): Entry => ({ tier: 'webapp', seen, owners: ownersOfUpstream(seen, knownOf(seen)), label: seen.place }));
  return { inventory, servers, upstreams, whole: null };
}

/** Of all that is known what may concern one place: hosts that have its address or its name, and ids that it shares. */
function concerning({ inventory, declared }: Known): (seen: PlaceSeen) => Known {
  const writers = groupBy(inventory.writers.entries(), ([, { host }]) => host);
  const hostsAt = groupBy(inventory.writers, ({ address }) => address);
  const shared = groupBy(inventory.shared, ({ teller, pool, place }) => JSON.stringify([teller, pool, place]));
  return (seen) => {
    const { teller, pool, place, address: told, addresses: all = [] } = seen;
    const ids = shared.get(JSON.stringify([teller, pool, place])) ?? [];
    const names = [place, ...(told === null ? [] : [told]), ...all.map(({ address }) => address)];
    const addresses = names.flatMap((name) => [name, splitAddress(name).address]);
    const hosts = new Set([
      teller,
      ...names,
      ...[`${pool}/${place}`, ...addresses].flatMap((name) => declared[name] ?? []),
      ...addresses.flatMap((address) => (hostsAt.get(address) ?? []).map(({ host }) => host)),
      ...ids.map(({ host }) => host),
    ]);
    const own = [...hosts].flatMap((host) => writers.get(host) ?? []).sort(([a], [b]) => a - b);
    return { inventory: { ...inventory, writers: own.map(([, writer]) => writer), shared: ids }, declared };
  };
}

/** A balancer's servers are webapps where they are known to be, and frontends otherwise. */
function tierBehind({ joins, several }: Owners, { writers }: Inventory): PlaceTier {
  const hosts = new Set([...joins.map(({ host }) => host), ...several]);
  const tiers = new Set(writers.filter(({ host }) => hosts.has(host)).map(({ tier }) => tier));
  return tiers.size > 0 && !tiers.has('frontend') ? 'webapp' : 'frontend';
}

/** A name that stands in two backends names two servers. */
function labelOfServer({ pool, place }: PlaceSeen, same: readonly PlaceSeen[]): string {
  const pools = new Set(same.map((other) => other.pool));
  return pools.size > 1 && pool !== null ? `${pool}/${place}` : place;
}

/** Every host that a place may be. */
export function hostsOf({ owners, label }: Entry): string[] {
  const hosts = [...owners.joins.map(({ host }) => host), ...owners.several];
  return hosts.length > 0 ? [...new Set(hosts)] : [label];
}

/** What the host behind a place writes about itself there: its services and environments. */
export function writersAt(entry: Entry, { inventory }: Directory): WriterSeen[] {
  const { joins, several } = entry.owners;
  const isOf = (join: Join, writer: WriterSeen) =>
    writer.host === join.host && (join.environment === null || writer.environment === join.environment);
  const hosts = new Set([...joins.map(({ host }) => host), ...several]);
  const own = inventory.writers.filter(
    (writer) => hosts.has(writer.host) && (joins.some((join) => isOf(join, writer)) || several.includes(writer.host)),
  );
  // Of a host with several webapps those that listen there, where they say so.
  const port = Number(/:(\d+)$/.exec(entry.seen.place)?.[1] ?? Number.NaN);
  const there = own.filter((writer) => writer.port === port);
  return there.length > 0 ? there : own;
}

/** Who a place was at a time, for one line: the host, or the place itself. */
export function namerOf({
  upstreams,
  servers,
  whole,
}: Directory): (teller: string, place: string, t: number) => string {
  const entries = new Map<string, Entry>();
  for (const entry of whole ? [...whole.upstreams, ...whole.servers] : [...upstreams, ...servers]) {
    entries.set(JSON.stringify([entry.seen.teller, entry.seen.place]), entry);
  }
  return (teller, place, t) => {
    const entry = entries.get(JSON.stringify([teller, place]));
    const joins = entry?.owners.joins ?? [];
    return joins.find(({ from, to }) => t >= from && t < to)?.host ?? joins[0]?.host ?? entry?.label ?? place;
  };
}

/** Lines that a count in steps may have: each tier's places, and the writers themselves. */
export function seriesCount({ servers, upstreams, inventory }: Directory): number {
  const writers = new Set(inventory.writers.map(({ host }) => host));
  return Math.max(servers.length, upstreams.length, writers.size) + writers.size + 1;
}
