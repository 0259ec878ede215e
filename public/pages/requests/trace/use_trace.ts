import { useQuery } from '@tanstack/react-query';
import type { Envelope, TraceData } from '../../../../common/api';
import type { RotaApiError } from '../../../api/client';
import { useServices } from '../../../app/services';
import { withPatience } from '../../../asking/patience';
import type { Pace } from '../../../asking/rounds';
import { useScope } from '../../../hooks/use_scope';

export type TraceAnswer = TraceData;

/**
 * Asks for one request: by its id, or (stock formats) by the line that stands for it; near the time that is known of it, else in
 * the page's range. The server looks everywhere when it is not there. A request does not change: no refresh asks again.
 */
export function useTrace(request: string | null, line: string | null, near: number | undefined) {
  const { client } = useServices();
  const { latest } = useScope();
  const [index = '', id = ''] = line?.split(' ') ?? [];
  const key = request === null ? { line: { index, id } } : { request_id: request };
  return useQuery<Envelope<TraceData>, RotaApiError>({
    queryKey: ['trace', request ?? line, near ?? null],
    queryFn: ({ signal }) => {
      const { from, to } = latest();
      const where = near === undefined ? { from, to } : { near: new Date(near).toISOString() };
      return withPatience(signal, (leaving) => client.ask('trace', { ...key, ...where }, leaving));
    },
    staleTime: Number.POSITIVE_INFINITY,
    cacheTime: 120_000,
    meta: { follows: 'window' } satisfies Pace,
  });
}
