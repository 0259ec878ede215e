import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { Envelope, RouteData, RouteInput, RouteName, Scope } from '../../common/api';
import type { RotaApiError } from '../api/client';
import { useServices } from '../app/services';
import { useScope } from './use_scope';

export type RotaQuery<N extends RouteName> = UseQueryResult<Envelope<RouteData<N>>, RotaApiError>;

/** What a page adds to the scope. */
export type Extra<N extends RouteName> = Omit<RouteInput<N>, keyof Scope> &
  Partial<Pick<RouteInput<N>, keyof Scope & keyof RouteInput<N>>>;

/**
 * Asks one route about the current scope. The old answer stays until the new one is there; a question that nobody waits
 * for any more is cancelled up to Elasticsearch.
 */
export function useRotaQuery<N extends Exclude<RouteName, 'trace'>>(
  route: N,
  extra: Extra<N>,
  options: { enabled?: boolean } = {},
): RotaQuery<N> {
  const { client } = useServices();
  const { question, tick } = useScope();
  const input = { ...question, ...extra } as RouteInput<N>;
  return useQuery<Envelope<RouteData<N>>, RotaApiError>({
    queryKey: [route, input, tick],
    queryFn: ({ signal }) => client.ask(route, input, signal),
    keepPreviousData: true,
    staleTime: Number.POSITIVE_INFINITY,
    cacheTime: 120_000,
    enabled: options.enabled ?? true,
  });
}
