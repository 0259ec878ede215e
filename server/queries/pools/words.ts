import type { PoolWord } from '../../../common/model/own_words';
import type { StoredWord } from '../../../common/model/stored_outs';
import { NANOS_PER_MS } from '../../search/aggregations';
import type { Hit } from '../../search/msearch';

/** UP and DOWN; with `option log-health-checks` the reason stands in the failed check's own line before it. */
export function wordsOf(hits: readonly Hit[]): PoolWord[] {
  const reasons = new Map<string, string>();
  return hits.flatMap((hit): PoolWord[] => {
    const { '@timestamp': time, event, haproxy, rota } = hit._source as unknown as WordSource;
    const host = haproxy?.server_name;
    if (host === undefined) return [];
    const up = event?.action === 'server_up';
    if (event?.action === 'health_check_failed') {
      if (event.reason !== undefined) reasons.set(host, event.reason);
      return [];
    }
    const reason = event?.reason ?? (up ? undefined : reasons.get(host));
    if (up) reasons.delete(host);
    return [{ t: Date.parse(time), host, pool: rota?.pool ?? null, up, reason: reason ?? null }];
  });
}

interface StoredSource {
  '@timestamp': string;
  rota?: {
    health?: {
      host?: string;
      tier?: string;
      pool?: string;
      state?: string;
      cause?: string;
      detection_gap?: number;
    };
  };
}

/** A `rota.health` document that tells of a pool. */
export function storedWord(hit: Hit): StoredWord[] {
  const { '@timestamp': time, rota } = hit._source as unknown as StoredSource;
  const { host, tier, pool, state, cause, detection_gap: gap } = rota?.health ?? {};
  if (host === undefined || (tier !== 'frontend' && tier !== 'webapp')) return [];
  if (state !== 'ejected' && state !== 'returned') return [];
  const gapMs = gap === undefined ? null : gap / NANOS_PER_MS;
  return [{ t: Date.parse(time), host, tier, pool: pool ?? null, state, cause: cause ?? '', gapMs }];
}

interface WordSource {
  '@timestamp': string;
  event?: { action?: string; reason?: string };
  haproxy?: { server_name?: string };
  rota?: { pool?: string };
}
