import { useQuery } from '@tanstack/react-query';
import type { Envelope, RotationData } from '../../../../common/api';
import type { RotaApiError } from '../../../api/client';
import { useServices } from '../../../app/services';
import { withPatience } from '../../../asking/patience';
import type { Pace } from '../../../asking/rounds';
import { useWords } from '../../../hooks/use_rota_query';
import { useScope } from '../../../hooks/use_scope';
import { LENS_MS, type Lens } from './lens';

const LIVE_EVERY_MS = 1500;
/** Lines need a moment from host to search; the newest second would always look empty. */
const LIVE_DELAY_MS = 2000;

/** The turns under the lens, in order from where an event began; live, those of the last minute, again and again. */
export function useTurns(lens: Lens, live: boolean, orderFrom: number | null, chosen: boolean) {
  const { client, clock } = useServices();
  const { latest, moves } = useScope();
  const key = live ? ['live'] : [lens.from, lens.to, orderFrom];
  const pace: Pace = live ? { follows: 'itself' } : moves && !chosen ? { follows: 'window' } : {};
  return useQuery<Envelope<RotationData>, RotaApiError>({
    queryKey: ['turns', useWords(), ...key],
    queryFn: ({ signal }) => {
      const to = live ? clock.now() - LIVE_DELAY_MS : lens.to;
      const from = live ? to - LENS_MS : lens.from;
      const turns = {
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        ...(orderFrom === null || live ? {} : { order_from: new Date(orderFrom).toISOString() }),
      };
      const input = { ...latest(), parts: ['turns' as const], turns };
      return withPatience(signal, (leaving) => client.ask('rotation', input, leaving));
    },
    keepPreviousData: true,
    staleTime: live ? 0 : Number.POSITIVE_INFINITY,
    refetchInterval: live ? LIVE_EVERY_MS : false,
    meta: pace,
  });
}
