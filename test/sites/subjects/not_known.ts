import type { HealthData, PartialReason, RotationData, NotKnown as Told } from '../../../common/api';
import type { Aspect, NotKnown } from '../check/answers';
import { MIN_REQUESTS } from './site_settings';

interface Said {
  rotation: RotationData;
  health: HealthData;
  reasons: readonly PartialReason[];
}

const ALL: readonly Aspect[] = ['requests', 'hurt', 'turns', 'due', 'outages', 'events', 'runs'];

/** What each of the pages' sentences is about (server/questions/not_known.ts). */
const ABOUT: Record<string, Omit<NotKnown, 'because'>> = {
  'unknown.upstreams': { aspects: ['turns', 'due', 'outages', 'events'], tier: 'webapp' },
  'unknown.names': { aspects: ['turns', 'due', 'outages', 'events'], tier: 'frontend' },
  'unknown.worker_local': { aspects: ['due', 'outages'], tier: 'webapp' },
  'unknown.idle': { aspects: ['due'] },
  'unknown.frontends_pool': { aspects: ['due', 'outages'], tier: 'frontend' },
  // Whose it is is known, and that it decides nothing.
  'unknown.foreign_probes': { aspects: [] },
  'unknown.clock': { aspects: ['requests', 'hurt', 'turns', 'due', 'events', 'outages'] },
  // The shares say of which hosts.
  'unknown.sticky': { aspects: [] },
  'unknown.untold': { aspects: ['requests', 'hurt', 'turns', 'due'] },
  'unknown.ended': { aspects: ['due', 'outages', 'events'], tier: 'frontend' },
  'unknown.forgotten': { aspects: ['due', 'outages'] },
  'unknown.gone': { aspects: ['due', 'outages', 'events'], tier: 'frontend' },
  'unknown.pools': { aspects: ['due', 'outages'], tier: 'webapp' },
  'unknown.behind': { aspects: ['turns', 'due', 'outages', 'events'] },
  'unknown.lossy': { aspects: ['turns', 'due', 'outages', 'events'], tier: 'webapp' },
  'unknown.unmatched': { aspects: ['requests', 'hurt', 'turns', 'due'] },
  'unknown.handed_over': { aspects: ['turns', 'due', 'outages', 'events'] },
  'unknown.tried': { aspects: ['requests', 'hurt'] },
  'unknown.late': { aspects: ['requests', 'hurt', 'turns', 'due', 'events', 'outages'] },
  'unknown.steps': { aspects: ['outages', 'events', 'due'] },
};

/** All that the pages say that they do not know. */
export function notKnownOf({ rotation, health, reasons }: Said): NotKnown[] {
  const told = [...(rotation.overview?.not_known ?? []), ...(health.overview?.not_known ?? [])];
  return [
    ...told.map(sentence),
    ...(rotation.overview?.tiers ?? []).flatMap(tierNotKnown),
    ...notComplete(rotation),
    ...(health.overview?.events ?? []).filter(({ kind }) => kind === 'all_silent').map(({ cause }) => silent(cause)),
    // A search that failed or was cut: anything may be wrong.
    ...reasons.map(({ message }) => ({ aspects: ALL, because: message })),
  ].filter(({ aspects }) => aspects.length > 0);
}

function sentence({ id, because }: Told): NotKnown {
  const about = ABOUT[id];
  if (!about) throw new Error(`The harness does not know what "${id}" is about: ${because}`);
  return { ...about, because };
}

function tierNotKnown(share: NonNullable<RotationData['overview']>['tiers'][number]): NotKnown[] {
  const { tier, pool_known, label, hosts, not_counted, source_note, requests } = share;
  if (tier === 'lb') return [];
  const found: NotKnown[] = [];
  if (!pool_known) found.push({ aspects: ['due', 'outages'], tier, because: `${label}: who was in the pool` });
  if (requests < MIN_REQUESTS) found.push({ aspects: ['due'], tier, because: 'too few requests to judge', moot: true });
  if (not_counted > 0) {
    const because = source_note ?? `${not_counted} turns of the tier above are not counted`;
    found.push({ aspects: ['turns', 'due'], tier, because });
  }
  const unclear = hosts.filter(({ due_known }) => due_known < 1).map(({ host }) => host);
  if (unclear.length > 0 && requests >= MIN_REQUESTS)
    found.push({ aspects: ['due'], tier, names: unclear, because: 'what was due at some times' });
  return found;
}

/** "No line of anybody any more". */
function silent(because: string): NotKnown {
  return { aspects: ALL.filter((aspect) => aspect !== 'runs'), because };
}

/** The charts are hatched from there on: lines are still to come. */
function notComplete({ window }: RotationData): NotKnown[] {
  if (window.complete_to >= window.to) return [];
  const because = 'not every line has had time to arrive';
  return [{ aspects: ['requests', 'hurt', 'turns', 'due', 'outages', 'events'], because }];
}
