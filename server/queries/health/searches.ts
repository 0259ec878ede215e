import { ACCESS_DATASETS, DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import type { Dsl } from '../../host';
import { classesAgg, failedFilter, timeAgg } from '../../search/aggregations';
import type { NamedSearch } from '../../search/msearch';
import { type ScopedTier, scopeFilter } from '../../search/scope';
import type { Asking } from '../rotation/searches';

const MAX_PATHS = 1000;
const MAX_FAILED_PATHS = 300;
const MAX_EXAMPLES = 500;

type Tiers = 'balancer' | 'frontend' | 'webapp';

const DOORS: readonly [Tiers, ScopedTier, readonly string[]][] = [
  ['balancer', 'lb', ACCESS_DATASETS.lb],
  ['frontend', 'frontend', ACCESS_DATASETS.frontend],
  ['webapp', 'webapp', ACCESS_DATASETS.webapp],
];

export type DoorName = `${Tiers}Door`;

/** Status classes in time and routes, at each tier that may be the users' door; the outermost that spoke is shown. */
export function doorSearches(asking: Asking): Record<DoorName, NamedSearch> {
  const { query, landscape, kql, namespace, timeline } = asking;
  return Object.fromEntries(
    DOORS.map(([name, tier, datasets]) => {
      const filter = scopeFilter(query, tier, landscape, kql).concat({ exists: { field: FIELDS.status } });
      const index = datasets.map((dataset) => streamOf(dataset as never, namespace)).join(',');
      return [`${name}Door`, { index, body: doorBody(filter, timeline.interval) }];
    }),
  ) as Record<DoorName, NamedSearch>;
}

function doorBody(filter: Dsl[], interval: number): Dsl {
  const paths = (size: number): Dsl => ({
    terms: { field: FIELDS.path, size },
    aggs: { methods: { terms: { field: FIELDS.method, size: 8 } } },
  });
  return {
    size: 0,
    track_total_hits: true,
    query: { bool: { filter } },
    aggs: {
      classes: classesAgg(),
      time: timeAgg(interval, { classes: classesAgg() }),
      paths: paths(MAX_PATHS),
      failed: {
        filter: failedFilter(),
        aggs: {
          paths: {
            terms: { field: FIELDS.path, size: MAX_FAILED_PATHS },
            aggs: {
              methods: {
                terms: { field: FIELDS.method, size: 8 },
                aggs: { statuses: { terms: { field: FIELDS.status, size: 5 } } },
              },
            },
          },
        },
      },
    },
  };
}

/** How long each host took, by its own lines; frontends' time includes their webapps'. */
export function latencySearch(asking: Asking): NamedSearch {
  const { query, landscape, kql, namespace } = asking;
  return {
    index: ACCESS_DATASETS.webapp.map((dataset) => streamOf(dataset, namespace)).join(','),
    body: latencyBody(scopeFilter(query, 'webapp', landscape, kql), FIELDS.host, FIELDS.duration),
  };
}

/** The same of webapps that log nothing: as their frontends measured it. */
export function upstreamLatencySearch(asking: Asking): NamedSearch {
  const { query, landscape, kql, namespace } = asking;
  return {
    index: streamOf(DATASETS.nginxAccess, namespace),
    body: latencyBody(scopeFilter(query, 'frontend', landscape, kql), FIELDS.upstreamAddress, FIELDS.upstreamDuration),
  };
}

function latencyBody(filter: Dsl[], host: string, field: string): Dsl {
  return {
    size: 0,
    track_total_hits: false,
    query: { bool: { filter } },
    aggs: {
      hosts: {
        terms: { field: host, size: 100 },
        aggs: { times: { percentiles: { field, percents: [50, 95, 99] } } },
      },
    },
  };
}

/** One failed request of each event, to trace: the frontends' lines know both tiers. */
export function examplesSearch(asking: Asking): NamedSearch {
  const { query, landscape, kql, namespace } = asking;
  const failed: Dsl = {
    bool: {
      should: [
        failedFilter(),
        { nested: { path: FIELDS.attempts, query: failedFilter(`${FIELDS.attempts}.status_code`) } },
      ],
      minimum_should_match: 1,
    },
  };
  const filter = scopeFilter(query, 'frontend', landscape, kql).concat(failed, { exists: { field: FIELDS.requestId } });
  return {
    index: streamOf(DATASETS.nginxAccess, namespace),
    body: {
      size: MAX_EXAMPLES,
      track_total_hits: false,
      query: { bool: { filter } },
      sort: [{ [FIELDS.timestamp]: 'asc' }],
      _source: [FIELDS.timestamp, FIELDS.host, FIELDS.requestId, FIELDS.upstreamAddress, `${FIELDS.attempts}.address`],
    },
  };
}
