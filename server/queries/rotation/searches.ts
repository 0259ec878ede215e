import type { RotationRequest, Scope } from '../../../common/api';
import { DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import type { Dsl } from '../../host';
import { classesAgg, durationAggs, failedFilter, timeAgg } from '../../search/aggregations';
import type { NamedSearch } from '../../search/msearch';
import { scopeFilter } from '../../search/scope';
import type { Timeline } from '../../search/timeline';
import type { Landscape } from '../landscape';

export const MAX_TIER_HOSTS = 100;

export interface Asking {
  query: RotationRequest;
  landscape: Landscape;
  kql: Dsl;
  timeline: Timeline;
  namespace: string;
}

/** By bucket: failures of the tier below, when the first and last were, and those that reached the user. */
const seriesOf = (interval: number, status: string): Dsl =>
  timeAgg(interval, {
    failed: { filter: failedFilter(status), aggs: timesAggs() },
    ...(status === FIELDS.status ? {} : { hurt: { filter: failedFilter(FIELDS.status) } }),
  });

function timesAggs(): Record<string, Dsl> {
  return { first: { min: { field: FIELDS.timestamp } }, last: { max: { field: FIELDS.timestamp } } };
}

/** The balancer's lines: who of the frontends got the turn, and what the clients got. */
export function balancerSearch(asking: Asking): NamedSearch {
  const { query, landscape, kql, namespace, timeline } = asking;
  return {
    index: streamOf(DATASETS.haproxy, namespace),
    body: countBody(scopeFilter(query, 'lb', landscape, kql).concat({ exists: { field: FIELDS.status } }), {
      classes: classesAgg(),
      lbs: { terms: { field: FIELDS.host, size: 10 } },
      hosts: hostsAgg(FIELDS.haproxyServer, timeline.interval),
    }),
  };
}

/** The frontends' lines: the clients' answers by frontend, and each frontend's turns by upstream. */
export function frontendSearch(asking: Asking): NamedSearch {
  const { query, landscape, kql, namespace, timeline } = asking;
  return {
    index: streamOf(DATASETS.nginxAccess, namespace),
    body: countBody(scopeFilter(query, 'frontend', landscape, kql), {
      classes: classesAgg(),
      hosts: {
        terms: { field: FIELDS.host, size: MAX_TIER_HOSTS },
        aggs: {
          classes: classesAgg(),
          ...durationAggs(FIELDS.duration),
          time: seriesOf(timeline.interval, FIELDS.status),
          upstreams: upstreamsAgg(timeline.interval),
          // The last attempt of a retried request stands in rota.upstream too: what is counted twice is taken off.
          retried: {
            filter: { nested: { path: FIELDS.attempts, query: { match_all: {} } } },
            aggs: {
              last: { terms: { field: FIELDS.upstreamAddress, size: MAX_TIER_HOSTS }, aggs: lastAttemptAggs() },
              all: { nested: { path: FIELDS.attempts }, aggs: { upstreams: attemptsAgg() } },
              time: timeAgg(timeline.interval, retriedInTime()),
            },
          },
        },
      },
    }),
  };
}

function upstreamsAgg(interval: number): Dsl {
  return {
    terms: { field: FIELDS.upstreamAddress, size: MAX_TIER_HOSTS },
    aggs: { ...lastAttemptAggs(), time: seriesOf(interval, FIELDS.upstreamStatus) },
  };
}

function retriedInTime(): Record<string, Dsl> {
  const failed = failedFilter(`${FIELDS.attempts}.status_code`);
  return {
    last: {
      terms: { field: FIELDS.upstreamAddress, size: MAX_TIER_HOSTS },
      aggs: { failed: { filter: failedFilter(FIELDS.upstreamStatus) } },
    },
    all: {
      nested: { path: FIELDS.attempts },
      aggs: {
        upstreams: {
          terms: { field: `${FIELDS.attempts}.address`, size: MAX_TIER_HOSTS },
          aggs: { failed: { filter: failed, aggs: { lines: { reverse_nested: {}, aggs: timesAggs() } } } },
        },
      },
    },
  };
}

function lastAttemptAggs(): Record<string, Dsl> {
  return { classes: classesAgg(FIELDS.upstreamStatus), ...durationAggs(FIELDS.upstreamDuration) };
}

function attemptsAgg(): Dsl {
  return {
    terms: { field: `${FIELDS.attempts}.address`, size: MAX_TIER_HOSTS },
    aggs: {
      classes: classesAgg(`${FIELDS.attempts}.status_code`),
      ...durationAggs(`${FIELDS.attempts}.duration`),
      later: { filter: { range: { [`${FIELDS.attempts}.n`]: { gte: 2 } } } },
    },
  };
}

/** The webapps' own lines: the second tier when no frontend says whom it asked. */
export function webappSearch(asking: Asking): NamedSearch {
  const { query, landscape, kql, namespace, timeline } = asking;
  return {
    index: [DATASETS.access, DATASETS.gunicornAccess].map((dataset) => streamOf(dataset, namespace)).join(','),
    body: countBody(scopeFilter(query, 'webapp', landscape, kql), {
      classes: classesAgg(),
      hosts: hostsAgg(FIELDS.host, timeline.interval),
    }),
  };
}

/** Probes at the tier that is probed, left out of every other count. */
export function probeCountSearch(asking: Asking): NamedSearch {
  const { query, landscape, namespace } = asking;
  const filter = scopeFilter(
    { ...query, kql: '', filters: [] },
    'frontend',
    landscape,
    { match_all: {} },
    { probes: 'only' },
  );
  return {
    index: streamOf(DATASETS.nginxAccess, namespace),
    body: countBody(filter, { hosts: { terms: { field: FIELDS.host, size: MAX_TIER_HOSTS } } }),
  };
}

/** The newest request before the window's end, whatever the filters say: for the empty page. */
export function lastRequestSearch({ query, namespace }: { query: Scope; namespace: string }): NamedSearch {
  const datasets = [DATASETS.nginxAccess, DATASETS.haproxy, DATASETS.access, DATASETS.gunicornAccess];
  return {
    index: datasets.map((dataset) => streamOf(dataset, namespace)).join(','),
    body: {
      size: 0,
      track_total_hits: false,
      aggs: {
        newest: { max: { field: FIELDS.timestamp } },
        in_range: {
          filter: { range: { [FIELDS.timestamp]: { gte: query.from, lt: query.to } } },
          aggs: { newest: { max: { field: FIELDS.timestamp } } },
        },
      },
    },
  };
}

function hostsAgg(field: string, interval: number): Dsl {
  return {
    terms: { field, size: MAX_TIER_HOSTS },
    aggs: { classes: classesAgg(), ...durationAggs(FIELDS.duration), time: seriesOf(interval, FIELDS.status) },
  };
}

function countBody(filter: Dsl[], aggs: Record<string, Dsl>): Dsl {
  return { size: 0, track_total_hits: true, query: { bool: { filter } }, aggs };
}
