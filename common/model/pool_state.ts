import type { Out } from './fairness';

/** How a host came to be out of its pool, and how we know. */
export interface PoolOut extends Out {
  kind: 'probe' | 'passive' | 'failed_try';
  /** One sentence. */
  cause: string;
  evidence: 'replay' | 'own_words' | 'error_log' | 'access_log' | 'stored';
  /** The first failure of the run that took it out; null when it was not seen. */
  firstFailure: number | null;
}

/** Both pools over a window, as far as the lines tell. */
export interface PoolState {
  /** False: nobody said, so "in the pool" only means "served". */
  frontendsKnown: boolean;
  webappsKnown: boolean;
  frontends: PoolOut[];
  webapps: PoolOut[];
}

export const UNKNOWN_POOLS: PoolState = { frontendsKnown: false, webappsKnown: false, frontends: [], webapps: [] };
