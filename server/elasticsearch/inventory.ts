import { ACCESS_DATASETS, DATASETS, FIELDS } from '../../common/ecs';
import { type Bucket, bucketOf, bucketsOf, numberOf, remainderOf } from '../search/buckets';
import type { NamedSearch, SearchAnswer } from '../search/msearch';
import type { Inventory, MonitorSeen, PlaceSeen, PlaceTier, WriterSeen } from '../topology/evidence';
import { groupBy } from '../topology/groups';
import { AGENT, candidates, SOURCE } from './probes_of';
import { type Aggs, between, countOf, exists, firstAndLast, type Query, terms } from './search';

const MAX_HOSTS = 1000;
const MAX_PLACES = 500;
/** That a server's name stood for one after the other. */
const MAX_ADDRESSES = 20;
/** Of a frontend's lines: it may have changed its format in the time that is looked at. */
const MOSTLY = 0.95;
/** Who wrote or was named so shortly before the range tells how it begins. */
export const LOOK_BACK_MS = 3_600_000;
/** Balancers speak rarely, and probe always. */
export const LONG_LOOK_BACK_MS = 24 * 3_600_000;

export type InventoryName = 'webapps' | 'frontends' | 'blamed' | 'balancers' | 'spoken' | 'monitors' | 'passed';

/** Who there is: writers, the places that tellers name, and who probes. Counted, never listed. */
export function inventorySearches(
  from: number,
  to: number,
  namespace: string,
  passes: readonly number[],
): Record<InventoryName, NamedSearch> {
  const seen = [between(from - LOOK_BACK_MS, to)];
  const long = between(from - LONG_LOOK_BACK_MS, to);
  const probed = [DATASETS.nginxAccess, ...ACCESS_DATASETS.webapp];
  return {
    webapps: countOf(ACCESS_DATASETS.webapp, namespace, seen, WEBAPPS),
    frontends: countOf(ACCESS_DATASETS.frontend, namespace, seen, FRONTENDS),
    // Whom nginx gave up it may name in its error log alone.
    blamed: countOf([DATASETS.nginxError], namespace, [...seen, GIVEN_UP], {
      hosts: terms(FIELDS.host, MAX_HOSTS, { upstreams: terms(FIELDS.upstreamAddress, MAX_PLACES, firstAndLast()) }),
    }),
    balancers: countOf(ACCESS_DATASETS.lb, namespace, [...seen, exists(FIELDS.status)], serversIn(firstAndLast())),
    spoken: countOf(ACCESS_DATASETS.lb, namespace, [long, SPOKEN], serversIn(firstAndLast())),
    monitors: countOf(probed, namespace, [long, candidates()], MONITORS),
    passed: countOf(
      probed,
      namespace,
      [between(from - LONG_LOOK_BACK_MS, from), candidates(), { terms: { [FIELDS.status]: [...passes] } }],
      MONITORS,
    ),
  };
}

const GIVEN_UP: Query = { term: { 'event.action': 'upstream_disabled' } };
const SPOKEN: Query = { terms: { 'event.action': ['server_up', 'server_down', 'server_state_changed'] } };

const WEBAPPS: Aggs = {
  hosts: terms(FIELDS.host, MAX_HOSTS, {
    environments: terms(
      FIELDS.environment,
      10,
      {
        services: terms(
          FIELDS.service,
          20,
          {
            addresses: terms(FIELDS.serverAddress, 8, { ports: terms(FIELDS.serverPort, 32, firstAndLast(), -1) }, ''),
          },
          '',
        ),
      },
      '',
    ),
  }),
  services: terms(FIELDS.service, 100),
  environments: terms(FIELDS.environment, 100),
};

const FRONTENDS: Aggs = {
  hosts: terms(FIELDS.host, MAX_HOSTS, {
    ...firstAndLast(),
    // Rota's own format, of whose members this one never lacks: there an upstream that is not named was not asked.
    whole: { filter: exists(FIELDS.nginxConnection) },
    pools: terms(
      FIELDS.pool,
      30,
      {
        upstreams: terms(FIELDS.upstreamAddress, MAX_PLACES, firstAndLast(), ''),
        // A webapp that fails each try is nobody's last upstream.
        tried: {
          nested: { path: FIELDS.attempts },
          aggs: {
            addresses: terms(`${FIELDS.attempts}.address`, MAX_PLACES, {
              lines: { reverse_nested: {}, aggs: firstAndLast() },
            }),
          },
        },
      },
      '',
    ),
  }),
};

function serversIn(times: Aggs): Aggs {
  const address = terms(FIELDS.upstreamAddress, MAX_ADDRESSES, times);
  const servers = terms(FIELDS.haproxyServer, MAX_PLACES, { ...times, address });
  return { hosts: terms(FIELDS.host, 50, { pools: terms(FIELDS.pool, 50, { servers }, '') }) };
}

const MONITORS: Aggs = {
  sources: terms(
    SOURCE,
    50,
    {
      paths: terms(
        FIELDS.path,
        10,
        { agents: terms(AGENT, 1), hosts: terms(FIELDS.host, MAX_PLACES, firstAndLast()) },
        '',
      ),
    },
    '0.0.0.0',
  ),
};

export function readInventory(answers: Record<InventoryName, SearchAnswer>): Inventory {
  const { webapps, frontends, balancers, spoken, monitors, passed } = answers;
  const cut = [webapps, frontends].reduce((sum, { aggregations }) => sum + remainderOf(aggregations, 'hosts'), 0);
  const servers = serversOf(balancers);
  // A frontend passes some probes on: they are those of the frontend.
  const [fronts, backs] = [frontends, webapps].map(
    ({ aggregations }) => new Set(bucketsOf(aggregations, 'hosts').map(({ key }) => String(key))),
  ) as [Set<string>, Set<string>];
  const all = monitorsOf(monitors, passed);
  const atBack = ({ host }: MonitorSeen) => fronts.size > 0 && !fronts.has(host) && backs.has(host);
  const known = new Set(servers.map(keyOf));
  const upstreams = bucketsOf(frontends.aggregations, 'hosts').flatMap(upstreamsOf);
  return {
    servers: [
      ...servers,
      ...serversOf(spoken)
        .filter((one) => !known.has(keyOf(one)))
        .map((one) => ({ ...one, n: 0 })),
    ],
    upstreams: [...upstreams, ...blamedOf(answers.blamed, upstreams)],
    writers: [
      ...bucketsOf(frontends.aggregations, 'hosts').map(frontendOf),
      ...bucketsOf(webapps.aggregations, 'hosts').flatMap(webappsOf),
    ],
    shared: [],
    monitors: all.filter((one) => !atBack(one)),
    passedOn: all.filter(atBack),
    services: optionsOf(webapps, 'services'),
    environments: optionsOf(webapps, 'environments'),
    cuts:
      cut > 0
        ? [{ what: 'hosts', sentence: `More than ${MAX_HOSTS} hosts wrote; of the others nothing is known here.` }]
        : [],
  };
}

const keyOf = ({ teller, pool, place }: PlaceSeen) => JSON.stringify([teller, pool, place]);

function text(bucket: Bucket): string | null {
  const key = String(bucket.key);
  return key === '' ? null : key;
}

function timesOf(bucket: Bucket) {
  return { first: numberOf(bucket, 'first') ?? 0, last: numberOf(bucket, 'last') ?? 0, n: bucket.doc_count };
}

function frontendOf(host: Bucket): WriterSeen {
  const nothing = { service: null, environment: null, address: null, port: null };
  const namesUpstreams = bucketOf(host, 'whole').doc_count >= MOSTLY * host.doc_count;
  return { host: String(host.key), tier: 'frontend', ...nothing, namesUpstreams, ...timesOf(host) };
}

function webappsOf(host: Bucket): WriterSeen[] {
  const tier: PlaceTier = 'webapp';
  return bucketsOf(host, 'environments').flatMap((environment) =>
    bucketsOf(environment, 'services').flatMap((service) =>
      bucketsOf(service, 'addresses').flatMap((address) =>
        bucketsOf(address, 'ports').map((port) => ({
          host: String(host.key),
          tier,
          service: text(service),
          environment: text(environment),
          address: text(address),
          port: Number(port.key) < 0 ? null : Number(port.key),
          ...timesOf(port),
        })),
      ),
    ),
  );
}

function upstreamsOf(frontend: Bucket): PlaceSeen[] {
  const teller = String(frontend.key);
  return bucketsOf(frontend, 'pools').flatMap((pool) => {
    const last = bucketsOf(pool, 'upstreams').map(
      (one): PlaceSeen => ({ teller, pool: text(pool), place: String(one.key), address: null, ...timesOf(one) }),
    );
    const named = new Set(last.map(({ place }) => place));
    const tried = bucketsOf(bucketOf(pool, 'tried'), 'addresses')
      .filter(({ key }) => !named.has(String(key)))
      .map((one): PlaceSeen => {
        const times = timesOf(bucketOf(one, 'lines'));
        return { teller, pool: text(pool), place: String(one.key), address: null, ...times };
      });
    return [...last, ...tried];
  });
}

/** Addresses that only error lines name, in the one pool that their frontend has, where it has one. */
function blamedOf({ aggregations }: SearchAnswer, upstreams: readonly PlaceSeen[]): PlaceSeen[] {
  const named = groupBy(
    upstreams.filter(({ place }) => place !== ''),
    ({ teller }) => teller,
  );
  return bucketsOf(aggregations, 'hosts').flatMap((frontend) => {
    const teller = String(frontend.key);
    const own = named.get(teller) ?? [];
    const pools = new Set(own.map(({ pool }) => pool));
    const places = new Set(own.map(({ place }) => place));
    const pool = pools.size === 1 ? [...pools][0]! : null;
    return bucketsOf(frontend, 'upstreams')
      .filter(({ key }) => !places.has(String(key)))
      .map((one) => ({ teller, pool, place: String(one.key), address: null, ...timesOf(one), n: 0 }));
  });
}

function serversOf({ aggregations }: SearchAnswer): PlaceSeen[] {
  return bucketsOf(aggregations, 'hosts').flatMap((balancer) =>
    bucketsOf(balancer, 'pools').flatMap((pool) =>
      bucketsOf(pool, 'servers')
        // `<NOSRV>` is HAProxy's word for "no server took it".
        .filter(({ key }) => !String(key).startsWith('<'))
        .map((server) => {
          const addresses = bucketsOf(server, 'address').map((one) => ({ address: String(one.key), ...timesOf(one) }));
          return {
            teller: String(balancer.key),
            pool: text(pool),
            place: String(server.key),
            address: addresses[0]?.address ?? null,
            ...(addresses.length > 1 ? { addresses } : {}),
            ...timesOf(server),
          };
        }),
    ),
  );
}

function monitorsOf(answer: SearchAnswer, passed: SearchAnswer): MonitorSeen[] {
  const passes = new Map<string, number>();
  for (const { source, path, host, last } of flatten(passed)) passes.set(JSON.stringify([source, path, host]), last);
  return flatten(answer).map((one) => ({
    ...one,
    lastPass: passes.get(JSON.stringify([one.source, one.path, one.host])) ?? null,
  }));
}

function flatten({ aggregations }: SearchAnswer): Omit<MonitorSeen, 'lastPass'>[] {
  return bucketsOf(aggregations, 'sources').flatMap((source) =>
    bucketsOf(source, 'paths').flatMap((path) =>
      bucketsOf(path, 'hosts').map((host) => ({
        source: String(source.key),
        path: String(path.key),
        agent: bucketsOf(path, 'agents').map(({ key }) => String(key))[0] ?? null,
        host: String(host.key),
        ...timesOf(host),
      })),
    ),
  );
}

function optionsOf({ aggregations }: SearchAnswer, name: string) {
  return bucketsOf(aggregations, name).map(({ key, doc_count }) => ({ value: String(key), requests: doc_count }));
}
