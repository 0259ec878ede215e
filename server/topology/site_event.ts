import type { PlaceTier } from './evidence';
import { groupBy } from './groups';
import type { Place } from './places';
import type { EvidenceKind, Said } from './said';

export type EventKind =
  | 'outage'
  | 'ejected'
  | 'ejected_passive'
  | 'drained'
  | 'burst'
  | 'silent'
  | 'all_silent'
  | 'clock'
  | 'deploy';

/** Something that happened, by values; sentences are put together last. */
export interface SiteEvent {
  id: string;
  kind: EventKind;
  hosts: string[];
  tier: 'lb' | PlaceTier;
  by: string | null;
  since: number;
  until: number | null;
  cause: Said[];
  hurt: number;
  gapMs: number | null;
  firstFailure: number | null;
  evidence: EvidenceKind;
  /** Names by which the tier above writes of its hosts. */
  names: string[];
}

/** An event of which only the kind is known yet. */
export function nobody(id: string, kind: EventKind, tier: SiteEvent['tier']): SiteEvent {
  const none = { by: null, since: 0, until: null, cause: [], hurt: 0, gapMs: null, firstFailure: null, names: [] };
  return { id, kind, hosts: [], tier, evidence: 'lines', ...none };
}

const BY_HOST = new WeakMap<readonly Place[], ReadonlyMap<string, Place[]>>();

/** A host's places; asked of each host and each event, they are looked for once. */
export function placesOf(host: string, tier: PlaceTier, places: readonly Place[]): readonly Place[] {
  const known = BY_HOST.get(places) ?? groupBy(places, (place) => `${place.tier} ${place.host}`);
  BY_HOST.set(places, known);
  return known.get(`${tier} ${host}`) ?? [];
}

/** By which names the tier above knows a host. */
export function namesOf(host: string, tier: 'lb' | PlaceTier, places: readonly Place[]): string[] {
  if (tier === 'lb') return [];
  return [
    ...new Set(
      placesOf(host, tier, places)
        .filter(({ teller }) => teller !== null)
        .map(({ name }) => name),
    ),
  ].sort();
}
