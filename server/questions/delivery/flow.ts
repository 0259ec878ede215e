import type { DeliveryData } from '../../../common/api';
import type { Context } from '../../context';
import { indexersSearch, type Outages, outagesSearch, queuesSearch } from '../../elasticsearch/delivery/flow';
import { lagSearch } from '../../elasticsearch/delivery/lag';
import { askOne, type Query } from '../../elasticsearch/delivery/typed_search';
import type { Timeline } from '../../search/timeline';

type Overview = NonNullable<DeliveryData['overview']>;
export interface Flow {
  shown: Pick<Overview, 'series' | 'lag_p50_ms' | 'lag_p95_ms'>;
  /** Repeats that indexers refused. */
  conflicts: number;
}

/** Lag, queues and indexers over the window. */
export async function flowOf(timeline: Timeline, lagScope: readonly Query[], context: Context): Promise<Flow> {
  const { namespace } = context.settings;
  const [{ series, ...lag }, queues, { conflicts, ...indexed }] = await Promise.all([
    askOne(context, 'lag', lagSearch(timeline, lagScope, namespace)),
    askOne(context, 'queues', queuesSearch(timeline, namespace)),
    askOne(context, 'indexer', indexersSearch(timeline, namespace)),
  ]);
  return { shown: { series: { times: timeline.times, ...series, queues, ...indexed }, ...lag }, conflicts };
}

/** When log servers were silent. */
export async function outagesOf(timeline: Timeline, context: Context): Promise<Outages> {
  const settled = context.now - context.settings.in_flight_s * 1000;
  const reports = await askOne(context, 'reports', outagesSearch(timeline, settled, context.settings.namespace));
  if (reports.more) {
    context.reasons.push({
      code: 'limit_reached',
      message: 'There are more log servers than can be followed; others may have been silent, too.',
    });
  }
  return reports.outages;
}
