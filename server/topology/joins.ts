import { isOwnMachine, namesSomebody, splitAddress } from './address';
import type { Inventory, PlaceSeen, PlaceTier, SharedId, WriterSeen } from './evidence';

/**
 * What says that a place is a certain host, from the surest to the least sure: a request id that both wrote; an address that
 * both name; a declaration (`rota.hosts`); the same name. `own_machine`: a loopback address or unix socket.
 */
export type JoinKind = 'request_id' | 'address' | 'own_machine' | 'declaration' | 'name';

export interface Join {
  kind: JoinKind;
  certainty: 'proven' | 'told' | 'assumed';
  host: string;
  /** Tier of the writer that it was joined with. */
  tier: PlaceTier;
  /** The host's environment where several hosts bear its name. */
  environment: string | null;
  /** The place was this host from here on, and up to there; infinite where nothing says otherwise. */
  from: number;
  to: number;
}

export interface Owners {
  /** In order of time; none where nobody can be said to be it. */
  joins: readonly Join[];
  /** Several hosts answer there at the same time (a service address): which one took a turn, the place does not tell. */
  several: readonly string[];
}

const NOBODY: Owners = { joins: [], several: [] };
/** Two owners of an address may both write for a moment while it passes from one to the other. */
const PASSING_MS = 120_000;

export interface Known {
  inventory: Inventory;
  /** `rota.hosts`: address or server name → host. */
  declared: Readonly<Record<string, string>>;
}

/** Which hosts an upstream's address was, and when. */
export function ownersOfUpstream(seen: Pick<PlaceSeen, 'teller' | 'pool' | 'place'>, known: Known): Owners {
  const byId = ownersById(seen, 'webapp', known);
  if (byId) return byId;
  const { writers } = known.inventory;
  const webapps = writers.filter(({ tier }) => tier === 'webapp');
  const { address, port } = splitAddress(seen.place);
  const listening = webapps.filter(
    (writer) => writer.address === address && (port === null || writer.port === null || writer.port === port),
  );
  const exact = listening.filter((writer) => writer.port === port);
  if (isOwnMachine(seen.place)) {
    const own = webapps.filter(({ host }) => host === seen.teller);
    if (own.length > 0) return one(own[0]!, 'own_machine', 'told');
    // A container beside its frontend has a name of its own; another frontend's machine is not this one's.
    const frontends = new Set(writers.filter(({ tier }) => tier === 'frontend').map(({ host }) => host));
    const beside = exact.filter(({ host }) => !frontends.has(host));
    const hosts = new Set(beside.map(({ host }) => host));
    return hosts.size === 1 ? one(beside[0]!, 'address', 'assumed') : declaredOwner(seen.place, address, known);
  }
  // Another port of an address whose ports are known is another webapp.
  const candidates = exact.length > 0 ? exact : listening.some((writer) => writer.port !== null) ? [] : listening;
  const inTime = namesSomebody(address) ? ownersInTime(candidates, 'address') : null;
  return inTime ?? declaredOwner(seen.place, address, known);
}

/** Which host a balancer means by a server's name; hosts, one after the other, where it was configured anew. */
export function ownersOfServer(seen: PlaceSeen, known: Known): Owners {
  const { addresses = [] } = seen;
  const inOrder = [...addresses].sort((a, b) => a.first - b.first);
  if (inOrder.length < 2) return ownersOfOneServer(seen, known);
  const joins = inOrder.flatMap(({ address, first }, i): Join[] => {
    const [from, to] = [i === 0 ? Number.NEGATIVE_INFINITY : first, inOrder[i + 1]?.first ?? Number.POSITIVE_INFINITY];
    const shared = known.inventory.shared.filter(({ t }) => t >= from && t < to);
    const then = { ...known, inventory: { ...known.inventory, shared } };
    const { joins: found } = ownersOfOneServer({ ...seen, address }, then, 'address');
    const own = found.length > 0 ? found : [{ ...declaredJoin(address, 'frontend'), kind: 'address' as const }];
    return own
      .map((join) => ({ ...join, from: Math.max(join.from, from), to: Math.min(join.to, to) }))
      .filter((join) => join.from < join.to);
  });
  return { joins: joinedNeighbours(joins), several: [] };
}

function joinedNeighbours(joins: readonly Join[]): Join[] {
  const all: Join[] = [];
  for (const join of joins) {
    const last = all.at(-1);
    if (last?.host === join.host) all[all.length - 1] = { ...last, to: join.to };
    else all.push(join);
  }
  return all;
}

/** @param least `address`: its name says nothing of who it is */
function ownersOfOneServer(seen: PlaceSeen, known: Known, least: 'name' | 'address' = 'name'): Owners {
  const byId = ownersById(seen, 'frontend', known);
  const { writers } = known.inventory;
  // A frontend whose format has no ids passes them on: they lead past it.
  const passes = writers.find(({ tier, host }) => tier === 'frontend' && host === seen.place);
  if (byId && passes && byId.joins.every(({ tier }) => tier === 'webapp')) return one(passes, 'name', 'assumed');
  if (byId) return byId;
  if (seen.address !== null) {
    const { address, port } = splitAddress(seen.address);
    const listening = writers.filter((w) => w.address === address && w.port === port && !isOwnMachine(address));
    const inTime = ownersInTime(listening, 'address');
    if (inTime) return inTime;
  }
  if (least === 'address') {
    const host = declaredName(seen.address ?? '', known);
    return host === undefined ? NOBODY : { joins: [declaredJoin(host, 'frontend')], several: [] };
  }
  const declared = known.declared[`${seen.pool}/${seen.place}`] ?? known.declared[seen.place];
  const name = declared ?? (seen.address === null ? undefined : declaredName(seen.address, known)) ?? seen.place;
  const kind: JoinKind = name === seen.place && declared === undefined ? 'name' : 'declaration';
  const named = writers.filter(({ host }) => host === name);
  const writer = named.find(({ tier }) => tier === 'frontend') ?? named[0];
  if (writer) return one(writer, kind, kind === 'name' ? 'assumed' : 'told');
  return kind === 'declaration' ? { joins: [declaredJoin(name, 'frontend')], several: [] } : NOBODY;
}

function ownersById(
  seen: Pick<PlaceSeen, 'teller' | 'pool' | 'place'>,
  first: PlaceTier,
  { inventory }: Known,
): Owners | null {
  const all = inventory.shared.filter(
    ({ teller, pool, place }) => teller === seen.teller && pool === seen.pool && place === seen.place,
  );
  // A balancer's id is written by the frontend that it asked and by the webapp behind: the nearest is meant.
  const nearest = all.some(({ tier }) => tier === first) ? all.filter(({ tier }) => tier === first) : all;
  if (nearest.length === 0) return null;
  const signs = [...nearest].sort((a, b) => a.t - b.t);
  const turnsOfHosts = signs.filter(({ host }, i) => i === 0 || signs[i - 1]!.host !== host);
  const hosts = [...new Set(signs.map(({ host }) => host))];
  if (turnsOfHosts.length > hosts.length) return { joins: [], several: hosts.sort() };
  const joins = turnsOfHosts.map((sign, i): Join => {
    const next = turnsOfHosts[i + 1];
    return {
      ...joinOf(sign, 'request_id', 'proven', inventory.writers),
      from: i === 0 ? Number.NEGATIVE_INFINITY : passedAt(signs, sign, inventory.writers),
      to: next ? passedAt(signs, next, inventory.writers) : Number.POSITIVE_INFINITY,
    };
  });
  return { joins, several: [] };
}

/**
 * When a place passed to a host: between the last line of its predecessor and its own first one, if these lie between the
 * last id of the one and the first of the other.
 */
function passedAt(signs: readonly SharedId[], sign: SharedId, writers: readonly WriterSeen[]): number {
  const before = signs[signs.indexOf(sign) - 1];
  const of = (name: string | undefined) => writers.filter(({ host }) => host === name);
  const first = Math.min(...of(sign.host).map((writer) => writer.first));
  if (before === undefined || first <= before.t || first > sign.t) return sign.t;
  return handedOver(Math.max(...of(before.host).map(({ last }) => last)), first);
}

/** Amid the pause between two hosts' lines: their clocks and their tellers' differ a little. */
function handedOver(last: number, first: number): number {
  return last < first ? Math.ceil((last + first) / 2) : first;
}

function joinOf(
  { host, tier }: { host: string; tier: PlaceTier },
  kind: JoinKind,
  certainty: Join['certainty'],
  writers: readonly WriterSeen[],
): Omit<Join, 'from' | 'to'> {
  const environments = new Set(writers.filter((w) => w.host === host && w.tier === tier).map((w) => w.environment));
  const environment = environments.size === 1 ? [...environments][0]! : null;
  return { kind, certainty, host, tier, environment };
}

/** Owners of an address one after the other; null where two claim it at the same time, or nobody does. */
function ownersInTime(writers: readonly WriterSeen[], kind: JoinKind): Owners | null {
  const byHost = new Map<string, WriterSeen>();
  for (const writer of writers) {
    const key = JSON.stringify([writer.host, writer.environment]);
    const known = byHost.get(key);
    byHost.set(
      key,
      known
        ? { ...known, first: Math.min(known.first, writer.first), last: Math.max(known.last, writer.last) }
        : writer,
    );
  }
  const claims = [...byHost.values()].sort((a, b) => a.first - b.first);
  if (claims.length === 0) return null;
  if (claims.some((claim, i) => i > 0 && claim.first < claims[i - 1]!.last - PASSING_MS)) return null;
  const joins = claims.map(
    (claim, i): Join => ({
      kind,
      certainty: 'told',
      host: claim.host,
      tier: claim.tier,
      environment: claim.environment,
      from: i === 0 ? Number.NEGATIVE_INFINITY : handedOver(claims[i - 1]!.last, claim.first),
      to: i + 1 < claims.length ? handedOver(claim.last, claims[i + 1]!.first) : Number.POSITIVE_INFINITY,
    }),
  );
  return { joins, several: [] };
}

function one(writer: WriterSeen, kind: JoinKind, certainty: Join['certainty']): Owners {
  const { host, tier, environment } = writer;
  const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  return { joins: [{ kind, certainty, host, tier, environment, ...always }], several: [] };
}

function declaredName(address: string, { declared }: Known): string | undefined {
  return declared[address] ?? declared[splitAddress(address).address];
}

function declaredOwner(place: string, address: string, { declared, inventory }: Known): Owners {
  const host = declared[place] ?? declared[address];
  if (host === undefined) return NOBODY;
  const writer = inventory.writers.find((w) => w.host === host && w.tier === 'webapp');
  return writer ? one(writer, 'declaration', 'told') : { joins: [declaredJoin(host, 'webapp')], several: [] };
}

function declaredJoin(host: string, tier: PlaceTier): Join {
  const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  return { kind: 'declaration', certainty: 'told', host, tier, environment: null, ...always };
}
