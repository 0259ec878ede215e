import type { Site } from '../topology/site';
import type { Span } from '../topology/spans';

/** When nothing arrived from anybody, up to `end`: nobody knows what any host did then. */
export function allSilentOf({ events }: Pick<Site, 'events'>, end: number): Span[] {
  return events
    .filter(({ kind }) => kind === 'all_silent')
    .map(({ since, until }) => ({ from: since, to: Math.max(since, Math.min(until ?? end, end)) }));
}
