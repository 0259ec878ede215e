import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { Envelope, RouteData, RouteInput, RouteName, Scope } from '../../common/api';
import type { RotaApiError } from '../api/client';
import { useServices } from '../app/services';
import { withPatience } from '../asking/patience';
import type { Pace } from '../asking/rounds';
import { filtersOf } from '../state/pills';
import { useScope } from './use_scope';

export type RotaQuery<N extends RouteName> = UseQueryResult<Envelope<RouteData<N>>, RotaApiError>;

/** What a page adds to the scope. */
export type Extra<N extends RouteName> = Omit<RouteInput<N>, keyof Scope> &
  Partial<Pick<RouteInput<N>, keyof Scope & keyof RouteInput<N>>>;

/**
 * The scope in the user's words: what makes two questions the same. `now-30m` stays the same question from one refresh to
 * the next, so that its last answer stays while the next one is on its way, or fails.
 */
export function useWords(): object {
  const { scope } = useScope();
  const { refresh: _, filters, ...words } = scope;
  return { ...words, filters: filtersOf(filters) };
}

/**
 * Asks one route about the current scope, again with each refresh of the page. The old answer stays until the new one is
 * there; a question that nobody waits for any more is cancelled up to Elasticsearch.
 */
export function useRotaQuery<N extends Exclude<RouteName, 'trace'>>(
  route: N,
  extra: Extra<N>,
  options: { enabled?: boolean; pace?: Pace } = {},
): RotaQuery<N> {
  const { client } = useServices();
  const { latest, askedAt } = useScope();
  return useQuery<Envelope<RouteData<N>>, RotaApiError>({
    queryKey: [route, { ...useWords(), ...extra }],
    queryFn: ({ signal }) =>
      withPatience(signal, (leaving) => client.ask(route, { ...latest(), ...extra } as RouteInput<N>, leaving)),
    keepPreviousData: true,
    staleTime: Date.now() - askedAt,
    cacheTime: 120_000,
    enabled: options.enabled ?? true,
    meta: options.pace,
  });
}
