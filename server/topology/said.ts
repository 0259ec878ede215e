import type { Said } from '../sentences/english';
import type { PlaceTier } from './evidence';

export type { Said };

/** How it is known: a replay of probe lines, the balancer's or nginx's own words, attempts, lines, or a record. */
export type EvidenceKind = 'replay' | 'own_words' | 'error_log' | 'access_log' | 'lines' | 'stored';

/** A time in which a place was out of its pool; `to: null` lasts on. */
export interface Out {
  /** Of the place; several balancers may know one host. */
  place: string;
  host: string;
  tier: PlaceTier;
  /** Whose pool; null where no balancer writes its name. */
  by: string | null;
  from: number;
  to: number | null;
  /** `failed_try`: nginx let one request through after `fail_timeout`, it failed, and the absence went on. */
  kind: 'probe' | 'passive' | 'failed_try' | 'drain' | 'maintenance';
  cause: Said;
  evidence: EvidenceKind;
  /** The first failed probe of the run that took it out; null when it was not seen. */
  firstFailure: number | null;
}
