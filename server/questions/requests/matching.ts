import type { Scope } from '../../../common/api';
import { ACCESS_DATASETS, DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import { replacedAnswer } from '../../elasticsearch/answers';
import { frontendsOrRefused } from '../../elasticsearch/entry';
import { selectedLines } from '../../elasticsearch/lines_of';
import { isProbe, watchersOf } from '../../elasticsearch/probes_of';
import { exists, not, type Query } from '../../elasticsearch/search';
import type { Dsl } from '../../host';
import { bucketsOf, remainderOf } from '../../search/buckets';
import { type Parts, partsOf } from '../../search/exclusions';
import type { SearchAnswer } from '../../search/msearch';
import { anyOf, textFilters, timeFilter } from '../../search/scope';
import { type Directory, hostsOf } from '../../topology/directory';

/** Requests whose inner hops match, beyond which counts are lower bounds. */
export const MAX_INNER = 10_000;

type EntryTier = 'lb' | 'frontend' | 'webapp';

/** One line stands for a request: the frontend's, which knows every attempt; else the balancer's, else the webapp's. */
export interface Entry {
  tier: EntryTier;
  index: string;
  /** "frontends", "balancer" or "webapps". */
  name: string;
  /** Lines that stand for requests, before KQL. */
  base: Dsl[];
  /** Lines of requests to whose frontends the user's 5XX did not come from: the balancer put its own in their place. */
  replaced: { index: string; filter: Dsl[] } | null;
}

export interface Matching {
  entry: Entry;
  /** All clauses, for `bool.filter`. */
  filter: Dsl[];
  /** The entry’s clauses without KQL and pills. */
  all: Dsl[];
  /** What is a probe here. */
  probe: Dsl;
  /** KQL and pills. */
  text: Dsl[];
  /** More inner hops matched than were joined. */
  truncated: boolean;
}

/**
 * Which lines stand for requests here, and which of them match: by themselves or by any of their hops; what is excluded must be on
 * none of them.
 */
export async function matchingRequests(
  scope: Scope,
  directory: Directory,
  context: Context,
  includeProbes: boolean,
  /** `newest`: of more inner hops than can be joined, those that came last, for the live tail. */
  { newest = false } = {},
): Promise<Matching> {
  const { namespace } = context.settings;
  const entry = entryOf(scope, directory, namespace);
  const probe = probesOf(directory) as Dsl;
  const probes = includeProbes ? [] : [not(probe as Query) as Dsl];
  const all = [...entry.base, ...probes];
  const text = textFilters(scope, context.kqlToQuery(scope));
  if (text.length === 0) return { entry, all, filter: all, probe, text, truncated: false };
  const { wanted, excluded } = partsOf(text);
  const inner = await innerRequests(scope, { wanted, excluded }, entry, directory, context, { newest, probe });
  const having = wanted.length > 0 ? [anyOf([{ bool: { filter: wanted } }, ...byId(inner.wanted)])] : [];
  const lacking = [...excluded, ...byId(inner.excluded)].map((clause) => not(clause as Query) as Dsl);
  return { entry, all, filter: [...all, ...having, ...lacking], probe, text, truncated: inner.truncated };
}

function byId(ids: string[]): Dsl[] {
  return ids.length > 0 ? [{ terms: { [FIELDS.requestId]: ids } }] : [];
}

function probesOf({ whole, inventory }: Directory): Query {
  return isProbe(watchersOf((whole ?? { inventory }).inventory));
}

function entryOf(scope: Scope, directory: Directory, namespace: string): Entry {
  const time = timeFilter(scope.from, scope.to);
  const status = exists(FIELDS.status) as Dsl;
  const streams = (datasets: readonly string[]) => datasets.map((d) => streamOf(d as never, namespace)).join(',');
  const lines = (tier: EntryTier) => selectedLines(scope, tier, directory);
  if (directory.inventory.writers.some(({ tier }) => tier === 'frontend')) {
    const extra = unwritten(directory);
    const told = frontendsOrRefused(lines('frontend'), lines('lb'));
    const byBalancer: Query = {
      bool: {
        filter: [
          { term: { [FIELDS.dataset]: DATASETS.haproxy } },
          { terms: { [FIELDS.haproxyServer]: extra } },
          ...lines('lb'),
        ],
      },
    };
    return {
      tier: 'frontend',
      name: 'frontends',
      index: streams([DATASETS.nginxAccess, DATASETS.haproxy]),
      base: [time, status, extra.length > 0 ? anyOf([told as Dsl, byBalancer as Dsl]) : (told as Dsl)],
      replaced: {
        index: streams([DATASETS.haproxy]),
        filter: [time, ...lines('lb'), replacedAnswer(), not({ terms: { [FIELDS.haproxyServer]: extra } })] as Dsl[],
      },
    };
  }
  const tier: EntryTier = directory.servers.length > 0 ? 'lb' : 'webapp';
  return {
    tier,
    name: tier === 'lb' ? 'balancer' : 'webapps',
    index: streams(ACCESS_DATASETS[tier]),
    base: [time, status, ...(lines(tier) as Dsl[])],
    replaced: null,
  };
}

/** Servers of a balancer that write no line of their own, where it is known who writes: only its lines tell of theirs. */
function unwritten({ servers, inventory }: Directory): string[] {
  const writers = new Set(inventory.writers.filter(({ tier }) => tier === 'frontend').map(({ host }) => host));
  const joined = new Set(servers.flatMap(hostsOf));
  if ([...writers].some((host) => !joined.has(host))) return [];
  const silent = servers.filter((entry) => !hostsOf(entry).some((host) => writers.has(host)));
  return [...new Set(silent.map(({ seen }) => seen.place))];
}

/**
 * The webapps' own lines, for fields that only they carry: those that match by themselves, which for "status is 500" are
 * those of the hop that failed.
 */
export function webappLines(scope: Scope, directory: Directory, context: Context): Matching {
  const base = [timeFilter(scope.from, scope.to), ...(selectedLines(scope, 'webapp', directory) as Dsl[])];
  const probe = probesOf(directory) as Dsl;
  const text = textFilters(scope, context.kqlToQuery(scope));
  const entry: Entry = {
    tier: 'webapp',
    name: 'webapps',
    index: ACCESS_DATASETS.webapp.map((dataset) => streamOf(dataset, context.settings.namespace)).join(','),
    base,
    replaced: null,
  };
  const all = [...base, not(probe as Query) as Dsl];
  return { entry, all, filter: [...all, ...text], probe, text, truncated: false };
}

/** Ids of requests of which an inner line (the balancer's, a webapp's, an application's) has what is wanted, and what is excluded. */
async function innerRequests(
  scope: Scope,
  { wanted, excluded }: Parts,
  entry: Entry,
  directory: Directory,
  context: Context,
  { newest, probe }: { newest: boolean; probe: Dsl },
) {
  const datasets = [DATASETS.haproxy, DATASETS.access, DATASETS.gunicornAccess, DATASETS.app];
  const { namespace } = context.settings;
  if (entry.tier === 'webapp' && directory.servers.length === 0) datasets.splice(0, datasets.length, DATASETS.app);
  const search = (clauses: Dsl[]) => ({
    index: datasets.map((dataset) => streamOf(dataset, namespace)).join(','),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [timeFilter(scope.from, scope.to), not(probe as Query) as Dsl, ...clauses] } },
      aggs: { ids: idsAgg(newest) },
    },
  });
  const found = await context.askAll({
    inner: wanted.length > 0 ? search(wanted) : null,
    excluded: excluded.length > 0 ? search([anyOf(excluded)]) : null,
  });
  const idsOf = ({ aggregations }: SearchAnswer) => bucketsOf(aggregations, 'ids').map(({ key }) => String(key));
  const truncated = [found.inner, found.excluded].some(({ aggregations }) => remainderOf(aggregations, 'ids') > 0);
  return { wanted: idsOf(found.inner), excluded: idsOf(found.excluded), truncated };
}

function idsAgg(newest: boolean): Dsl {
  const terms = { field: FIELDS.requestId, size: MAX_INNER };
  if (!newest) return { terms };
  return { terms: { ...terms, order: { ingested: 'desc' } }, aggs: { ingested: { max: { field: FIELDS.ingested } } } };
}
