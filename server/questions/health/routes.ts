import type { HealthData } from '../../../common/api';
import { type Bucket, bucketOf, bucketsOf, remainderOf } from '../../search/buckets';
import type { SearchAnswer } from '../../search/msearch';
import { routeOf } from './route_of';

type Routes = NonNullable<HealthData['overview']>['routes'];

const MAX_ROUTES = 10;

/** Routes that answered 5XX, most first; ids in paths are folded. */
export function routesOf(answer: SearchAnswer): Routes {
  const routes = new Map<string, Routes[number]>();
  const entry = (path: Bucket, method: Bucket) => {
    const key = { method: String(method.key), path: routeOf(String(path.key)) };
    const id = JSON.stringify(key);
    const known = routes.get(id) ?? { ...key, requests: 0, failed: 0, failed_share: 0, statuses: [] };
    routes.set(id, known);
    return known;
  };
  for (const path of bucketsOf(bucketOf(answer.aggregations, 'failed'), 'paths')) {
    for (const method of bucketsOf(path, 'methods')) {
      const route = entry(path, method);
      route.failed += method.doc_count;
      const statuses = bucketsOf(method, 'statuses').map(({ key }) => Number(key));
      route.statuses = [...new Set([...route.statuses, ...statuses])];
    }
  }
  for (const path of bucketsOf(answer.aggregations, 'paths')) {
    for (const method of bucketsOf(path, 'methods')) entry(path, method).requests += method.doc_count;
  }
  const allCounted = remainderOf(answer.aggregations, 'paths') === 0;
  const counted = new Set(bucketsOf(answer.aggregations, 'paths').map(({ key }) => String(key)));
  return [...routes.values()]
    .filter(({ failed }) => failed > 0)
    .map((route) => {
      const requests = Math.max(route.requests, route.failed);
      // A route of one path is whole when that path was counted; others may have more paths than were.
      const whole = allCounted || counted.has(route.path);
      return { ...route, requests, failed_share: whole ? route.failed / requests : null };
    })
    .sort((a, b) => b.failed - a.failed)
    .slice(0, MAX_ROUTES);
}

/** More paths failed than were counted: the routes' numbers are lower bounds. */
export function routesCut({ aggregations }: SearchAnswer): boolean {
  return remainderOf(bucketOf(aggregations, 'failed'), 'paths') > 0;
}
