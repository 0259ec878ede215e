import type { Scope } from '../../../common/api';
import { ACCESS_DATASETS, DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import type { Dsl } from '../../host';
import { bucketsOf } from '../../search/buckets';
import { anyOf, probeFilters, type ScopedTier, selectorFilters, textFilters, timeFilter } from '../../search/scope';
import type { Landscape } from '../landscape';

/** Requests whose inner hops match, beyond which counts are lower bounds. */
export const MAX_INNER = 10_000;

/** One line stands for a request: the frontend's, which knows every attempt; else the balancer's, else the webapp's. */
export interface Door {
  tier: ScopedTier;
  index: string;
  /** "frontends", "balancer" or "webapps". */
  name: string;
  /** Lines that stand for requests, before KQL. */
  base: Dsl[];
}

export interface Matching {
  door: Door;
  /** All clauses, for `bool.filter`. */
  filter: Dsl[];
  /** The door's clauses without KQL and pills. */
  all: Dsl[];
  /** More inner hops matched than were joined. */
  truncated: boolean;
}

/** Which lines stand for requests here, and which of them match: by themselves or by any of their hops. */
export async function matchingRequests(
  scope: Scope,
  landscape: Landscape,
  context: Context,
  includeProbes: boolean,
  /** `newest`: of more inner hops than can be joined, those that came last, for the live tail. */
  { newest = false } = {},
): Promise<Matching> {
  const { namespace } = context.settings;
  const door = doorOf(scope, landscape, namespace);
  const probes = probeFilters(includeProbes ? 'include' : 'exclude');
  const all = [...door.base, ...probes];
  const text = textFilters(scope, context.kqlToQuery(scope.kql));
  if (text.length === 0) return { door, all, filter: all, truncated: false };
  const own: Dsl = { bool: { filter: text } };
  const inner = await innerRequests(scope, text, door, landscape, context, newest);
  const joined: Dsl[] = inner.ids.length > 0 ? [{ terms: { [FIELDS.requestId]: inner.ids } }] : [];
  return { door, all, filter: [...all, anyOf([own, ...joined])], truncated: inner.truncated };
}

function doorOf(scope: Scope, landscape: Landscape, namespace: string): Door {
  const time = timeFilter(scope.from, scope.to);
  const status: Dsl = { exists: { field: FIELDS.status } };
  const streams = (datasets: readonly string[]) => datasets.map((d) => streamOf(d as never, namespace)).join(',');
  if (landscape.frontends.length > 0) {
    const frontend: Dsl = {
      bool: { filter: [inStream(DATASETS.nginxAccess), ...selectorFilters(scope, 'frontend', landscape)] },
    };
    // What no frontend ever saw, only the balancer's line tells (`<NOSRV>`: no server took it).
    const refused: Dsl = {
      bool: {
        filter: [
          inStream(DATASETS.haproxy),
          { prefix: { [FIELDS.haproxyServer]: '<' } },
          ...selectorFilters(scope, 'lb', landscape),
        ],
      },
    };
    return {
      tier: 'frontend',
      name: 'frontends',
      index: streams([DATASETS.nginxAccess, DATASETS.haproxy]),
      base: [time, status, anyOf([frontend, refused])],
    };
  }
  const tier: ScopedTier = landscape.balancers.length > 0 ? 'lb' : 'webapp';
  return {
    tier,
    name: tier === 'lb' ? 'balancer' : 'webapps',
    index: streams(ACCESS_DATASETS[tier]),
    base: [time, status, ...selectorFilters(scope, tier, landscape)],
  };
}

function inStream(dataset: string): Dsl {
  return { term: { [FIELDS.dataset]: dataset } };
}

/**
 * The webapps' own lines, for fields that only they carry: those that match by themselves, which for "status is 500" are
 * those of the hop that failed.
 */
export function webappLines(scope: Scope, landscape: Landscape, context: Context): Matching {
  const base = [timeFilter(scope.from, scope.to), ...selectorFilters(scope, 'webapp', landscape)];
  const door: Door = {
    tier: 'webapp',
    name: 'webapps',
    index: ACCESS_DATASETS.webapp.map((dataset) => streamOf(dataset, context.settings.namespace)).join(','),
    base,
  };
  const all = [...base, ...probeFilters('exclude')];
  return { door, all, filter: [...all, ...textFilters(scope, context.kqlToQuery(scope.kql))], truncated: false };
}

/** Ids of requests of which an inner line matches: the balancer's, a webapp's, an application's. */
async function innerRequests(
  scope: Scope,
  text: Dsl[],
  door: Door,
  landscape: Landscape,
  context: Context,
  newest: boolean,
) {
  const datasets = [DATASETS.haproxy, DATASETS.access, DATASETS.gunicornAccess, DATASETS.app];
  const { namespace } = context.settings;
  if (door.tier === 'webapp' && landscape.balancers.length === 0) datasets.splice(0, datasets.length, DATASETS.app);
  const { inner } = await context.askAll({
    inner: {
      index: datasets.map((dataset) => streamOf(dataset, namespace)).join(','),
      body: {
        size: 0,
        track_total_hits: false,
        query: { bool: { filter: [timeFilter(scope.from, scope.to), ...probeFilters('exclude'), ...text] } },
        aggs: { ids: idsAgg(newest) },
      },
    },
  });
  const ids = bucketsOf(inner.aggregations, 'ids').map(({ key }) => String(key));
  const rest = inner.aggregations['ids'] as { sum_other_doc_count?: number } | undefined;
  return { ids, truncated: (rest?.sum_other_doc_count ?? 0) > 0 };
}

function idsAgg(newest: boolean): Dsl {
  const terms = { field: FIELDS.requestId, size: MAX_INNER };
  if (!newest) return { terms };
  return { terms: { ...terms, order: { ingested: 'desc' } }, aggs: { ingested: { max: { field: FIELDS.ingested } } } };
}
