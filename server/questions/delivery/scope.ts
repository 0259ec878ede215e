import type { DeliveryRequest } from '../../../common/api';
import { FIELDS } from '../../../common/ecs';
import type { Context } from '../../context';
import { LAG_DATASETS } from '../../elasticsearch/delivery/lag';
import { loadDirectory, NOBODY } from '../../elasticsearch/directory';
import { type LinesOf, selectedLines } from '../../elasticsearch/lines_of';
import { anyOf, type Query } from '../../elasticsearch/search';
import { textFilters, timeFilter } from '../../search/scope';
import { isNarrowed, narrowDirectory } from '../../topology/selection';

export interface DeliveryScope {
  /** Lines by which a run belongs to what is asked for. */
  runs: Query[];
  /** Lines whose lag is told. */
  lag: Query[];
}

/** The chosen service, environment and pool in the words of each tier's lines. A run is its webapp's: of a pool are the runs behind it. */
export async function deliveryScope(query: DeliveryRequest, context: Context): Promise<DeliveryScope> {
  const chosen = isNarrowed(query);
  const everyone = chosen ? await loadDirectory(context, Date.parse(query.from), Date.parse(query.to)) : NOBODY;
  const directory = narrowDirectory(everyone, query);
  const everywhere = [timeFilter(query.from, query.to), ...textFilters(query, context.kqlToQuery(query))] as Query[];
  const ofTiers = (Object.keys(LAG_DATASETS) as LinesOf[]).map((tier): Query => {
    const dataset: Query = { terms: { [FIELDS.streamDataset]: [...LAG_DATASETS[tier]] } };
    return { bool: { filter: [dataset, ...selectedLines(query, tier, directory)] } };
  });
  return {
    runs: [...everywhere, ...selectedLines(query, 'webapp', directory)],
    lag: [...everywhere, ...(chosen ? [anyOf(ofTiers)] : [])],
  };
}
