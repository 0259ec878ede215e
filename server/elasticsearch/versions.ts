import { ACCESS_DATASETS, FIELDS } from '../../common/ecs';
import { bucketsOf, numberOf } from '../search/buckets';
import type { NamedSearch, SearchAnswer } from '../search/msearch';
import type { VersionCell } from '../topology/evidence';
import { between, countOf, steps, terms } from './search';

/** Which version of which service each webapp wrote, step by step. */
export function versionsSearch(from: number, to: number, interval: number, namespace: string): NamedSearch {
  const time = steps(interval, { first: { min: { field: FIELDS.timestamp } } });
  return countOf(ACCESS_DATASETS.webapp, namespace, [between(from, to)], {
    hosts: terms(FIELDS.host, 1000, {
      services: terms(FIELDS.service, 20, { versions: terms(FIELDS.version, 20, { time }) }, ''),
    }),
  });
}

export function readVersions({ aggregations }: SearchAnswer): VersionCell[] {
  return bucketsOf(aggregations, 'hosts').flatMap((host) =>
    bucketsOf(host, 'services').flatMap((service) =>
      bucketsOf(service, 'versions').flatMap((version) =>
        bucketsOf(version, 'time').map((step) => ({
          host: String(host.key),
          service: String(service.key),
          version: String(version.key),
          t: Number(step.key),
          n: step.doc_count,
          first: numberOf(step, 'first') ?? Number(step.key),
        })),
      ),
    ),
  );
}
