import { ACCESS_DATASETS, type Dataset, FIELDS, streamOf } from '../../common/ecs';
import { AddressBook, type Sighting } from '../../common/model/address_book';
import type { Context } from '../context';
import { type Bucket, bucketOf, bucketsOf } from '../search/buckets';
import { type NamedSearch, NO_ANSWER } from '../search/msearch';

const MAX_HOSTS = 200;
/** Hosts that wrote nothing in the window still belong to their pools: look back this far. */
const LOOK_BACK_MS = 3_600_000;
const STEP_MS = 30_000;

export interface Webapp {
  host: string;
  services: string[];
  environments: string[];
}

/** Who there is: what the selectors offer, who belongs to which pool, and whose address is whose. */
export interface Landscape {
  /** All there is, when selectors left some out here (landscape_scope.ts). */
  whole: Landscape | null;
  webapps: Webapp[];
  /** Upstreams (webapps) by the frontend and pool that used them. */
  upstreams: { frontend: string; pool: string | null; address: string; requests: number }[];
  frontends: { host: string; requests: number }[];
  /** Servers (frontends) by the balancer and pool that used them. */
  balancers: { host: string; pool: string | null; server: string; requests: number }[];
  services: { value: string; requests: number }[];
  environments: { value: string; requests: number }[];
  book: AddressBook;
}

/** One `_msearch`, kept for half a minute (longer for closed ranges, by their rounded bounds). */
export async function loadLandscape(context: Context, from: number, to: number): Promise<Landscape> {
  const [start, end] = [floor(from - LOOK_BACK_MS), floor(to) + STEP_MS];
  const key = context.principal === null ? null : JSON.stringify(['landscape', context.principal, start, end]);
  const kept = key === null ? undefined : context.cache.get<Landscape>(key);
  if (kept) return kept;
  const { namespace, hosts } = context.settings;
  const range = { range: { [FIELDS.timestamp]: { gte: start, lt: end, format: 'epoch_millis' } } };
  const answers = await context.askAll({
    webapps: namedIn(ACCESS_DATASETS.webapp, namespace, range, WEBAPPS),
    frontends: namedIn(ACCESS_DATASETS.frontend, namespace, range, FRONTENDS),
    balancers: namedIn(ACCESS_DATASETS.lb, namespace, range, BALANCERS),
  });
  const found = readLandscape(answers, hosts);
  if (key !== null && context.reasons.length === 0) context.cache.set(key, found, STEP_MS);
  return found;
}

/** By which addresses frontends know a webapp. */
export function addressesOf({ upstreams, book }: Landscape): (host: string) => string[] {
  const byHost = new Map<string, Set<string>>();
  for (const { address } of upstreams) {
    byHost.set(book.name(address), (byHost.get(book.name(address)) ?? new Set()).add(address));
  }
  return (host) => [...(byHost.get(host) ?? [])].sort();
}

function floor(t: number): number {
  return Math.floor(t / STEP_MS) * STEP_MS;
}

function terms(field: string, size: number, aggs?: object) {
  return { terms: { field, size }, ...(aggs ? { aggs } : {}) };
}

/** What the lines of some data sets name, counted. */
function namedIn(
  datasets: readonly Dataset[],
  namespace: string,
  range: object,
  aggs: Record<string, object>,
): NamedSearch {
  return {
    index: datasets.map((dataset) => streamOf(dataset, namespace)).join(','),
    body: { size: 0, track_total_hits: false, query: { bool: { filter: [range] } }, aggs },
  };
}

const WEBAPPS = {
  hosts: terms(FIELDS.host, MAX_HOSTS, {
    addresses: terms(FIELDS.serverAddress, 8, { ports: terms(FIELDS.serverPort, 8) }),
    services: terms(FIELDS.service, 20),
    environments: terms(FIELDS.environment, 20),
  }),
  services: terms(FIELDS.service, 100),
  environments: terms(FIELDS.environment, 100),
};
const FRONTENDS = {
  hosts: terms(FIELDS.host, MAX_HOSTS, {
    upstreams: terms(FIELDS.upstreamAddress, 50, { pools: terms(FIELDS.pool, 5) }),
    // A webapp that fails each try is nobody's last upstream.
    tried: { nested: { path: FIELDS.attempts }, aggs: { addresses: terms(`${FIELDS.attempts}.address`, 50) } },
  }),
};
const BALANCERS = {
  hosts: terms(FIELDS.host, 20, { pools: terms(FIELDS.pool, 20, { servers: terms(FIELDS.haproxyServer, 100) }) }),
};

function readLandscape(
  answers: Record<'webapps' | 'frontends' | 'balancers', { aggregations: Record<string, unknown> }>,
  overrides: Record<string, string>,
): Landscape {
  const webapps = bucketsOf(answers.webapps.aggregations, 'hosts');
  const frontends = bucketsOf(answers.frontends.aggregations, 'hosts');
  return {
    whole: null,
    webapps: webapps.map((host) => ({
      host: String(host.key),
      services: keysOf(host, 'services'),
      environments: keysOf(host, 'environments'),
    })),
    frontends: frontends.map((host) => ({ host: String(host.key), requests: host.doc_count })),
    upstreams: frontends.flatMap(upstreamsOf),
    balancers: bucketsOf(answers.balancers.aggregations, 'hosts').flatMap(serversOf),
    services: optionsOf(answers.webapps.aggregations, 'services'),
    environments: optionsOf(answers.webapps.aggregations, 'environments'),
    book: new AddressBook(webapps.flatMap(sightingsOf), overrides),
  };
}

/** For questions that need nobody's addresses and pools. */
export const NOBODY: Landscape = readLandscape({ webapps: NO_ANSWER, frontends: NO_ANSWER, balancers: NO_ANSWER }, {});

function upstreamsOf(frontend: Bucket): Landscape['upstreams'] {
  const last = bucketsOf(frontend, 'upstreams').map((upstream) => ({
    frontend: String(frontend.key),
    address: String(upstream.key),
    pool: keysOf(upstream, 'pools')[0] ?? null,
    requests: upstream.doc_count,
  }));
  const pools = new Set(last.map(({ pool }) => pool));
  const pool = pools.size === 1 ? [...pools][0]! : null;
  const tried = keysOf(bucketOf(frontend, 'tried'), 'addresses')
    .filter((address) => isAddress(address) && !last.some((one) => one.address === address))
    .map((address) => ({ frontend: String(frontend.key), address, pool, requests: 0 }));
  return [...last, ...tried];
}

/** When retries end in "no live upstreams", nginx writes the upstream's name in place of an address. */
export function isAddress(upstream: string): boolean {
  return /[:/]|^\d+\.\d+\.\d+\.\d+$/.test(upstream);
}

function serversOf(balancer: Bucket): Landscape['balancers'] {
  return bucketsOf(balancer, 'pools').flatMap((pool) =>
    bucketsOf(pool, 'servers')
      // `<NOSRV>` is HAProxy's word for "no server took it".
      .filter((server) => !String(server.key).startsWith('<'))
      .map((server) => ({
        host: String(balancer.key),
        pool: String(pool.key),
        server: String(server.key),
        requests: server.doc_count,
      })),
  );
}

function sightingsOf(host: Bucket): Sighting[] {
  return bucketsOf(host, 'addresses').flatMap((address): Sighting[] => {
    const ports = bucketsOf(address, 'ports');
    const sighting = { host: String(host.key), address: String(address.key) };
    if (ports.length === 0) return [{ ...sighting, port: null }];
    return ports.map((port) => ({ ...sighting, port: Number(port.key) }));
  });
}

function keysOf(bucket: Bucket, name: string): string[] {
  return bucketsOf(bucket, name).map(({ key }) => String(key));
}

function optionsOf(aggregations: Record<string, unknown>, name: string) {
  return bucketsOf(aggregations, name).map(({ key, doc_count }) => ({ value: String(key), requests: doc_count }));
}
