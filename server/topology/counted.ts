import type { Directory } from './directory';
import type { Evidence } from './evidence';
import type { Tier } from './places';

/** Who there is, and what was counted of them, before anything is judged. */
export interface Counted {
  directory: Directory;
  evidence: Evidence;
  frontends: Tier;
  webapps: Tier;
}
