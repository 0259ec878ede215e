import { DATASETS, FIELDS } from '../../common/ecs';
import { NANOS_PER_MS } from '../search/aggregations';
import type { Hit, NamedSearch, SearchAnswer } from '../search/msearch';
import type { Recorded } from '../topology/evidence';
import { between, searchOf } from './search';

const MOST = 5000;

/** What was recorded in `rota.health` when it happened. */
export function recordedSearch(from: number, to: number, namespace: string): NamedSearch {
  return searchOf([DATASETS.health], namespace, {
    size: MOST,
    track_total_hits: true,
    query: { bool: { filter: [between(from, to), { terms: { 'rota.health.state': ['ejected', 'returned'] } }] } },
    sort: [{ [FIELDS.timestamp]: 'desc' }],
    _source: [FIELDS.timestamp, 'rota.health'],
  });
}

/** What is not known where more was recorded than is read; null where all was. */
export function recordedCut({ hits, total }: SearchAnswer): string | null {
  if (total <= hits.length) return null;
  return `Of ${total} recorded ejections and returns the newest ${hits.length} were read. What happened before those, at times of which no line is kept any more, is not known. Choose a shorter time range.`;
}

interface Source {
  '@timestamp': string;
  rota?: {
    health?: { host?: string; tier?: string; pool?: string; state?: string; cause?: string; detection_gap?: number };
  };
}

export function readRecorded({ hits }: SearchAnswer): Recorded[] {
  return hits.flatMap((hit: Hit): Recorded[] => {
    const { '@timestamp': time, rota } = hit._source as unknown as Source;
    const { host, tier, pool, state, cause, detection_gap: gap } = rota?.health ?? {};
    if (host === undefined || (tier !== 'frontend' && tier !== 'webapp')) return [];
    if (state !== 'ejected' && state !== 'returned') return [];
    const gapMs = gap === undefined ? null : gap / NANOS_PER_MS;
    return [{ t: Date.parse(time), host, tier, pool: pool ?? null, state, cause: cause ?? '', gapMs }];
  });
}
