import type { Said } from '../sentences/english';
import type { DeliveryVerdict } from './verdict';

/** A disk queue that was damaged (power cut, full disk), as pipeline/rsyslog/check_queue.py tells before rsyslog starts. */
export interface DamagedQueue {
  /** When that was found, ms since 1970: what is lost was received before. */
  t: number;
  host: string;
  queue: string;
  /** Messages that were whole and went on; null where it does not say. */
  recovered: number | null;
  /** Never fewer than are really lost; null: nobody knows. */
  lostAtMost: number | null;
}

export interface DamagedQueues {
  /** The latest ones. */
  listed: readonly DamagedQueue[];
  total: number;
}

/** A verdict beside damaged queues: lines that bear no number may be lost, so nothing is called good. */
export function besideDamage(verdict: DeliveryVerdict, { listed, total }: DamagedQueues): DeliveryVerdict {
  if (total === 0) return verdict;
  const detail: Said[] = listed.map(({ t: at, host, queue, recovered, lostAtMost }) => ({
    id: 'delivery.damaged_queue',
    values: { at, host, queue, recovered, lostAtMost },
  }));
  if (total > listed.length) detail.push({ id: 'delivery.damaged_queues', values: { others: total - listed.length } });
  return {
    ...verdict,
    tone: verdict.tone === 'danger' ? 'danger' : 'warning',
    detail: [...verdict.detail, ...detail],
  };
}
