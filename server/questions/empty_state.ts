import type { RotationData } from '../../common/api';
import { bucketOf, numberOf } from '../search/buckets';
import type { SearchAnswer } from '../search/msearch';

/** Why there is nothing to show: the filters, the range, or nothing ever came. */
export function emptyState(last: SearchAnswer): RotationData['state'] {
  if (numberOf(last.aggregations, 'newest') === null) return 'never_any_data';
  return bucketOf(last.aggregations, 'in_range').doc_count > 0 ? 'no_match' : 'no_data_in_range';
}
