import type { DeliveryRequest } from '../../../common/api';
import { DATASETS, type EcsDocument, FIELDS, streamOf } from '../../../common/ecs';
import type { DamagedQueues } from '../../delivery/damage';
import type { Search } from './typed_search';

/** More in one range is a story of its own. */
const LISTED = 5;

/** Of all hosts: what a queue lost is not known by its service. */
export function damagedQueuesSearch({ from, to }: DeliveryRequest, namespace: string): Search<DamagedQueues> {
  return {
    index: streamOf(DATASETS.pipeline, namespace),
    body: {
      size: LISTED,
      track_total_hits: true,
      query: {
        bool: {
          filter: [
            { term: { 'event.action': 'queue_damaged' } },
            { range: { [FIELDS.timestamp]: { gte: from, lt: to } } },
          ],
        },
      },
      sort: [{ [FIELDS.timestamp]: 'desc' }],
      _source: [FIELDS.timestamp, FIELDS.host, 'rota.rsyslog'],
    },
    read: ({ hits, total }) => ({
      total,
      listed: hits.map(({ _source }) => {
        const { '@timestamp': time, host, rota } = _source as EcsDocument & { rota?: { rsyslog?: Told } };
        const { name, values } = rota?.rsyslog ?? {};
        return {
          t: Date.parse(time ?? ''),
          host: host?.name ?? '?',
          queue: name ?? '?',
          recovered: numberIn(values?.recovered),
          lostAtMost: numberIn(values?.lost_at_most),
        };
      }),
    }),
  };
}

interface Told {
  name?: string;
  values?: { recovered?: unknown; lost_at_most?: unknown };
}

function numberIn(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
