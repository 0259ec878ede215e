import type { Aspect, Tier } from './answers';

/** Where answers and truth differ. */
export interface Finding {
  aspect: Aspect;
  /** What kind of difference it is, the same for all of its kind: they are counted by it. */
  kind: string;
  /** Whom it is about; for what is not known. */
  tier?: Tier;
  names?: readonly string[];
  message: string;
}

/** 10:00:14.068 */
export function clock(t: number | null): string {
  return t === null ? 'on' : new Date(t).toISOString().slice(11, 23);
}
