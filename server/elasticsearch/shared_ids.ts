import { ACCESS_DATASETS, DATASETS, type EcsDocument, FIELDS } from '../../common/ecs';
import { bucketsOf } from '../search/buckets';
import type { Hit, NamedSearch, SearchAnswer } from '../search/msearch';
import type { Entry } from '../topology/directory';
import type { SharedId } from '../topology/evidence';
import { greatestOf, groupBy, leastOf } from '../topology/groups';
import { candidates } from './probes_of';
import { between, countOf, exists, not, type Query, searchOf, terms } from './search';

/**
 * Places of which ids are taken, and ids of each: two from the begin, two from the end, for a place may pass to another; and
 * some from anywhere between (in the order of the ids, which is none in time), for several hosts may take turns there.
 */
const MAX_PLACES = 400;
const EACH = 2;
const BETWEEN = 8;
const MAX_LINES = 10_000;

export type SampleName = 'fromBalancers' | 'fromFrontends';

interface Sample {
  teller: string;
  pool: string | null;
  place: string;
  id: string;
  t: number;
}

/** Some request ids of each of these places, as their tellers wrote them. */
export function sampleSearches(
  servers: readonly Entry[],
  upstreams: readonly Entry[],
  range: { from: number; to: number },
  namespace: string,
): Record<SampleName, NamedSearch | null> {
  const time = between(range.from, range.to);
  const once = not({ nested: { path: FIELDS.attempts, query: { match_all: {} } } });
  const places = (entries: readonly Entry[]) =>
    [...new Set(entries.map(({ seen }) => seen.place))].slice(0, MAX_PLACES);
  const search = (datasets: typeof ACCESS_DATASETS.lb, field: string, entries: readonly Entry[], filter: Query[]) =>
    entries.length === 0
      ? null
      : countOf(
          datasets,
          namespace,
          // Of probes some webapps write, and others do not: they would seem to have taken all turns.
          [time, exists(FIELDS.requestId), { terms: { [field]: places(entries) } }, not(candidates()), ...filter],
          {
            hosts: terms(FIELDS.host, 200, {
              pools: terms(
                FIELDS.pool,
                30,
                {
                  places: terms(field, MAX_PLACES, {
                    newest: ids({ [FIELDS.timestamp]: 'desc' }, EACH),
                    oldest: ids({ [FIELDS.timestamp]: 'asc' }, EACH),
                    between: ids({ [FIELDS.requestId]: 'asc' }, BETWEEN),
                  }),
                },
                '',
              ),
            }),
          },
        );
  return {
    fromBalancers: search(ACCESS_DATASETS.lb, FIELDS.haproxyServer, servers, []),
    fromFrontends: search(ACCESS_DATASETS.frontend, FIELDS.upstreamAddress, upstreams, [once]),
  };
}

function ids(sort: Record<string, 'asc' | 'desc'>, size: number) {
  return { top_hits: { size, sort: [sort], _source: [FIELDS.timestamp, FIELDS.requestId] } };
}

export function readSamples(answers: Record<SampleName, SearchAnswer>): Sample[] {
  return Object.values(answers).flatMap(({ aggregations }) =>
    bucketsOf(aggregations, 'hosts').flatMap((teller) =>
      bucketsOf(teller, 'pools').flatMap((pool) =>
        bucketsOf(pool, 'places').flatMap((place) =>
          ['newest', 'oldest', 'between'].flatMap((name) => {
            const { hits } = (place[name] as { hits?: { hits: Hit[] } }).hits ?? { hits: [] };
            return hits.flatMap((hit): Sample[] => {
              const doc = hit._source as EcsDocument;
              const id = doc.http?.request?.id;
              if (id === undefined) return [];
              const poolName = String(pool.key) === '' ? null : String(pool.key);
              return [
                {
                  teller: String(teller.key),
                  pool: poolName,
                  place: String(place.key),
                  id,
                  t: Date.parse(doc['@timestamp'] ?? ''),
                },
              ];
            });
          }),
        ),
      ),
    ),
  );
}

/** The lines that other tiers wrote of the sampled requests. */
export function sharedSearch(samples: readonly Sample[], namespace: string): NamedSearch | null {
  const wanted = [...new Set(samples.map(({ id }) => id))];
  if (wanted.length === 0) return null;
  const times = samples.map(({ t }) => t);
  // Clocks differ, and a line bears the time at which its request ended.
  const near = between(leastOf(times) - 3_600_000, greatestOf(times) + 3_600_000);
  return searchOf([DATASETS.nginxAccess, ...ACCESS_DATASETS.webapp], namespace, {
    size: MAX_LINES,
    track_total_hits: false,
    query: { bool: { filter: [near, { terms: { [FIELDS.requestId]: wanted } }] } },
    _source: [FIELDS.timestamp, FIELDS.host, FIELDS.requestId, FIELDS.dataset],
  });
}

/** An id that a client sent with several requests proves nothing of any. */
export function readShared(samples: readonly Sample[], { hits }: SearchAnswer): SharedId[] {
  const lines = hits.map((hit) => {
    const doc = hit._source as EcsDocument;
    const tier = doc.event?.dataset === DATASETS.nginxAccess ? ('frontend' as const) : ('webapp' as const);
    return { id: doc.http?.request?.id, host: doc.host?.name, tier, t: Date.parse(doc['@timestamp'] ?? '') };
  });
  const byId = groupBy(
    lines.filter(({ host }) => host !== undefined),
    ({ id }) => id,
  );
  return samples.flatMap(({ id, teller, pool, place, t }) => {
    const same = byId.get(id) ?? [];
    return (['frontend', 'webapp'] as const).flatMap((tier) => {
      const written = same.filter((line) => line.tier === tier);
      const hosts = new Set(written.map(({ host }) => host));
      if (hosts.size !== 1 || (tier === 'frontend' && hosts.has(teller))) return [];
      return [{ teller, pool, place, host: written[0]!.host!, tier, t }];
    });
  });
}
