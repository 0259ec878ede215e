import { ACCESS_DATASETS, FIELDS } from '../../common/ecs';
import type { NamedSearch } from '../search/msearch';
import { type Asking, linesOf } from './evidence';
import { isAnswer } from './lasting';
import { anyOf, countOf, exists, failed, searchOf, terms } from './search';

const MAX_HOSTS = 500;
const MAX_EXAMPLES = 500;

export type SlownessName = 'latency' | 'upstreamLatency';

/** How long each webapp took, by its own lines; of those that log nothing, as their frontends measured it. */
export function slownessSearches(asking: Asking): Record<SlownessName, NamedSearch> {
  const times = (field: string) => ({ times: { percentiles: { field, percents: [50, 95, 99] } } });
  return {
    latency: countOf(ACCESS_DATASETS.webapp, asking.namespace, [...linesOf(asking, 'webapp', true), isAnswer()], {
      hosts: terms(FIELDS.host, MAX_HOSTS, times(FIELDS.duration)),
    }),
    upstreamLatency: countOf(
      ACCESS_DATASETS.frontend,
      asking.namespace,
      [...linesOf(asking, 'frontend', true), isAnswer(FIELDS.upstreamStatus)],
      {
        tellers: terms(FIELDS.host, 100, {
          places: terms(FIELDS.upstreamAddress, MAX_HOSTS, times(FIELDS.upstreamDuration)),
        }),
      },
    ),
  };
}

/** Failed requests with an id, to trace one of each event: the frontends' lines know both tiers. */
export function examplesSearch(asking: Asking): NamedSearch {
  const met = anyOf([failed(), { nested: { path: FIELDS.attempts, query: failed(`${FIELDS.attempts}.status_code`) } }]);
  return searchOf(ACCESS_DATASETS.frontend, asking.namespace, {
    size: MAX_EXAMPLES,
    track_total_hits: false,
    query: { bool: { filter: [...linesOf(asking, 'frontend', true), met, exists(FIELDS.requestId)] } },
    sort: [{ [FIELDS.timestamp]: 'asc' }],
    _source: [FIELDS.timestamp, FIELDS.host, FIELDS.requestId, FIELDS.upstreamAddress, `${FIELDS.attempts}.address`],
  });
}
