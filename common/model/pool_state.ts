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
  /** Servers that the balancer named in its own words within a day: one of them may have fallen long ago. */
  spokenOf: { host: string; pool: string | null }[];
  /** Frontends that passed a probe within a day. */
  probed: string[];
}

export const UNKNOWN_POOLS: PoolState = {
  frontendsKnown: false,
  webappsKnown: false,
  frontends: [],
  webapps: [],
  spokenOf: [],
  probed: [],
};
