import type { DeliveryData, DeliveryRequest } from '../../../common/api';
import type { Search, SearchBody } from '../../elasticsearch/delivery/typed_search';
import { lastRequestSearch } from '../../elasticsearch/last_request';
import { numberOf } from '../../search/buckets';
import { emptyState } from '../empty_state';

/** Whether there was ever a line, as the other pages ask it. */
export function lastLineSearch(
  query: DeliveryRequest,
  namespace: string,
): Search<{ newest: number | null; state: DeliveryData['state'] }> {
  const { index, body } = lastRequestSearch(query, namespace);
  return {
    index,
    body: body as SearchBody,
    read: ({ aggregations }) => {
      const found = aggregations as Record<string, unknown>;
      return { newest: numberOf(found, 'newest'), state: emptyState({ hits: [], total: 0, aggregations: found }) };
    },
  };
}
