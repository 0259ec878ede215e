import { ACCESS_DATASETS, type Dataset, FIELDS } from '../../common/ecs';
import { bucketOf, bucketsOf, numberOf } from '../search/buckets';
import type { NamedSearch, SearchAnswer } from '../search/msearch';
import type { Visits } from '../topology/evidence';
import { SOURCE } from './probes_of';
import { type Aggregation, type Aggs, countOf, exists, type Query, terms } from './search';

/** Lines of each shard that are looked at: whether users stay with a server shows in few. */
const SAMPLE = 5000;
const MAX_PLACES = 100;

const visitors: Aggregation = { cardinality: { field: SOURCE, precision_threshold: 3000 } };

/** How many addresses each pool's requests came from, and each of its places': where users stay with a server, as many. */
export function visitorSearches(
  filters: { balancer: readonly Query[]; frontend: readonly Query[] },
  namespace: string,
): Record<'balancerVisits' | 'frontendVisits', NamedSearch> {
  const search = (datasets: readonly Dataset[], filter: readonly Query[], field: string) => {
    const places = terms(field, MAX_PLACES, { visitors });
    const hosts: Aggs = { hosts: terms(FIELDS.host, 200, { pools: terms(FIELDS.pool, 30, { visitors, places }, '') }) };
    return countOf(datasets, namespace, [...filter, exists(SOURCE), exists(field)], {
      sample: { sampler: { shard_size: SAMPLE }, aggs: hosts },
    });
  };
  return {
    balancerVisits: search(ACCESS_DATASETS.lb, filters.balancer, FIELDS.haproxyServer),
    frontendVisits: search(ACCESS_DATASETS.frontend, filters.frontend, FIELDS.upstreamAddress),
  };
}

export function readVisits(answers: Record<'balancerVisits' | 'frontendVisits', SearchAnswer>): Visits[] {
  return [answers.balancerVisits, answers.frontendVisits].flatMap(({ aggregations }) =>
    bucketsOf(bucketOf(aggregations, 'sample'), 'hosts').flatMap((teller) =>
      bucketsOf(teller, 'pools').map((pool) => {
        const places = bucketsOf(pool, 'places').filter(({ key }) => !String(key).startsWith('<'));
        const requests = places.reduce((sum, { doc_count }) => sum + doc_count, 0);
        return {
          teller: String(teller.key),
          pool: String(pool.key) === '' ? null : String(pool.key),
          requests,
          places: places.length,
          shares: places.map(({ doc_count }) => doc_count / requests),
          visitors: numberOf(pool, 'visitors') ?? 0,
          visitorsOfPlaces: places.reduce((sum, place) => sum + (numberOf(place, 'visitors') ?? 0), 0),
        };
      }),
    ),
  );
}
