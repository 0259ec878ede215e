import { useQuery } from '@tanstack/react-query';
import type { Envelope, TraceData } from '../../../../common/api';
import type { RotaApiError } from '../../../api/client';
import { useServices } from '../../../app/services';
import { useScope } from '../../../hooks/use_scope';

export type TraceAnswer = TraceData;

const HOUR_MS = 3_600_000;

/** Asks for one request: by its id, or (stock formats) by the line that stands for it. */
export function useTrace(request: string | null, line: string | null, near: number | undefined) {
  const { client } = useServices();
  const { question } = useScope();
  const around = near ?? Date.parse(question.to);
  const bounds =
    near === undefined
      ? { from: question.from, to: question.to }
      : { from: new Date(near - HOUR_MS).toISOString(), to: new Date(near + HOUR_MS).toISOString() };
  const [index = '', id = ''] = line?.split(' ') ?? [];
  const key = request === null ? { line: { index, id } } : { request_id: request };
  return useQuery<Envelope<TraceData>, RotaApiError>({
    // The bounds follow the request, not the clock: a refresh asks for no closed trace again.
    queryKey: ['trace', request ?? line, near ?? question.from],
    queryFn: ({ signal }) => client.ask('trace', { ...key, ...bounds, near: new Date(around).toISOString() }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    cacheTime: 120_000,
  });
}
