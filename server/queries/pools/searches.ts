import { DATASETS, FIELDS, HEALTH_CHECK_TAG, streamOf } from '../../../common/ecs';
import type { Dsl } from '../../host';
import type { NamedSearch } from '../../search/msearch';
import { not, timeFilter } from '../../search/scope';
import type { Timeline } from '../../search/timeline';
import type { Settings } from '../../settings';

/** More probes than this in a range are not read one by one: the failed ones tell the changes. */
export const MAX_PROBES = 5000;
const MAX_WORDS = 2000;
/** Who fell this long before the window, and did not come back, is out and not forgotten. */
const LOOK_BACK_MS = 24 * 3_600_000;
/** Of webapps each failed try is a line, so that further back they are too many. */
const TRIES_LOOK_BACK_MS = 3_600_000;
/** Statuses that nginx gives a failed attempt itself. */
const NGINX_FAILURES = [502, 504];

export type PoolSearchName =
  | 'probes'
  | 'failedProbes'
  | 'lastPasses'
  | 'words'
  | 'disabled'
  | 'failedAttempts'
  | 'stored'
  | 'signs';

/**
 * What tells who was in which pool. None of it is filtered by KQL: a pool's state is a fact, whatever the page looks at.
 */
export function poolSearches(timeline: Timeline, settings: Settings): Record<PoolSearchName, NamedSearch> {
  const { namespace, monitor, passive } = settings;
  const { from, to } = timeline;
  const warmUp = (monitor.rise + monitor.fall + 2) * Math.max(monitor.interval_s, 10) * 1000;
  const probes: Dsl[] = [timeFilter(from - warmUp, to), { term: { [FIELDS.tags]: HEALTH_CHECK_TAG } }];
  const nginx = streamOf(DATASETS.nginxAccess, namespace);
  const errors = streamOf(DATASETS.nginxError, namespace);
  const since = from - Math.max(6 * passive.fail_timeout_s * 1000, TRIES_LOOK_BACK_MS);
  const passes: Dsl = { terms: { [FIELDS.status]: okStatuses(monitor.ok_status) } };
  return {
    probes: { index: nginx, body: lines(probes, MAX_PROBES, PROBE_FIELDS) },
    failedProbes: {
      index: nginx,
      body: lines([...probes, not(passes)], MAX_PROBES, PROBE_FIELDS),
    },
    lastPasses: {
      index: nginx,
      body: {
        size: 0,
        track_total_hits: false,
        query: {
          bool: {
            filter: [timeFilter(from - LOOK_BACK_MS, from), { term: { [FIELDS.tags]: HEALTH_CHECK_TAG } }, passes],
          },
        },
        aggs: {
          hosts: { terms: { field: FIELDS.host, size: 200 }, aggs: { last: { max: { field: FIELDS.timestamp } } } },
        },
      },
    },
    words: {
      index: streamOf(DATASETS.haproxy, namespace),
      body: lines(
        [
          timeFilter(from - LOOK_BACK_MS, to),
          { terms: { 'event.action': ['server_up', 'server_down', 'health_check_failed'] } },
        ],
        MAX_WORDS,
        [FIELDS.haproxyServer, FIELDS.pool, 'event.action', 'event.reason'],
      ),
    },
    disabled: {
      index: errors,
      body: lines(
        [timeFilter(since, to), { term: { 'event.action': 'upstream_disabled' } }],
        MAX_PROBES,
        [FIELDS.host, FIELDS.upstreamAddress],
        'desc',
      ),
    },
    failedAttempts: {
      index: nginx,
      body: lines(
        [timeFilter(since, to), failedAttempt(), not({ term: { [FIELDS.tags]: HEALTH_CHECK_TAG } })],
        MAX_PROBES,
        [FIELDS.host, FIELDS.upstreamAddress, FIELDS.upstreamStatus, FIELDS.attempts],
        'desc',
      ),
    },
    stored: {
      index: streamOf(DATASETS.health, namespace),
      body: lines(
        [timeFilter(from - LOOK_BACK_MS, to), { terms: { 'rota.health.state': ['ejected', 'returned'] } }],
        MAX_PROBES,
        ['rota.health'],
      ),
    },
    signs: signsSearch(timeline, namespace),
  };
}

const PROBE_FIELDS = [FIELDS.host, FIELDS.status, FIELDS.method, FIELDS.path, 'source.ip', 'source.address'];

/** @param order of those that are too many, `desc` reads the newest */
function lines(filter: Dsl[], size: number, fields: readonly string[], order: 'asc' | 'desc' = 'asc'): Dsl {
  return {
    size,
    track_total_hits: true,
    query: { bool: { filter } },
    sort: [{ [FIELDS.timestamp]: order }],
    _source: [FIELDS.timestamp, ...fields],
  };
}

function failedAttempt(): Dsl {
  const own: Dsl = { terms: { [FIELDS.upstreamStatus]: NGINX_FAILURES } };
  const tried: Dsl = {
    nested: { path: FIELDS.attempts, query: { terms: { [`${FIELDS.attempts}.status_code`]: NGINX_FAILURES } } },
  };
  return { bool: { should: [own, tried], minimum_should_match: 1 } };
}

/** Any line of a frontend or webapp is a sign of life; only where there is none is it silent. */
function signsSearch(timeline: Timeline, namespace: string): NamedSearch {
  const own = [DATASETS.nginxAccess, DATASETS.access, DATASETS.gunicornAccess, DATASETS.app, DATASETS.sdk];
  return {
    index: own.map((dataset) => streamOf(dataset, namespace)).join(','),
    body: {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [timeFilter(timeline.from, timeline.to)] } },
      aggs: {
        hosts: {
          terms: { field: FIELDS.host, size: 200 },
          aggs: {
            time: {
              date_histogram: { field: FIELDS.timestamp, fixed_interval: `${timeline.interval}ms`, min_doc_count: 1 },
              aggs: { first: { min: { field: FIELDS.timestamp } }, last: { max: { field: FIELDS.timestamp } } },
            },
          },
        },
      },
    },
  };
}

/** The statuses that pass, as numbers: Elasticsearch cannot match a pattern on them. */
export function okStatuses(pattern: string): number[] {
  const passes = new RegExp(pattern);
  return Array.from({ length: 500 }, (_, i) => i + 100).filter((status) => passes.test(String(status)));
}
