/**
 * What the pages claim about a site in a range, whoever made the answers. Names are those that the pages show; times are ms
 * since 1970, `null` lasts on.
 */
export interface Answers {
  /** Users' requests, and those of them that got a 5XX. */
  requests: number;
  hurt: number;
  tiers: TierAnswer[];
  outages: OutageAnswer[];
  events: EventAnswer[];
  alerts: AlertAnswer[];
  runs: RunAnswer[];
  /** What the pages say that they do not know. */
  notKnown: NotKnown[];
}

export type Tier = 'frontend' | 'webapp';

export interface TierAnswer {
  tier: Tier;
  rows: RowAnswer[];
}

/** A host of a tier, or a place that is known by its address or server name alone. */
export interface RowAnswer {
  name: string;
  /** The proxy whose turns these are, where the page says so. */
  by: string | null;
  /** Its places, as far as the page lists them: addresses, server names. */
  places: string[];
  turns: number;
  /** Turns that were due to it. */
  due: number;
  /** The page calls it uneven. */
  marked: boolean;
}

export interface OutageAnswer {
  host: string;
  /** The proxy that did not choose it; null where the page does not say. */
  by: string | null;
  tier: Tier;
  from: number;
  to: number | null;
  kind: 'checks' | 'passive' | 'drain';
}

export interface EventAnswer {
  kind: 'no_server' | 'burst' | 'silent' | 'all_silent' | 'clock' | 'deploy';
  hosts: string[];
  from: number;
  to: number | null;
  hurt: number;
}

export interface AlertAnswer {
  kind: string;
  host: string;
  reason: string;
}

export interface RunAnswer {
  id: string;
  state: 'missing' | 'unsearched' | 'unproven' | 'proven' | 'running';
  missing: number;
  /** Absent, and may still come. */
  inFlight: number;
  dropped: number;
  deadLetters: number;
}

/** What an answer is about. */
export const ASPECTS = ['requests', 'hurt', 'turns', 'due', 'outages', 'events', 'runs'] as const;
export type Aspect = (typeof ASPECTS)[number];

export interface NotKnown {
  aspects: readonly Aspect[];
  /** Undefined: of all. */
  tier?: Tier;
  /** Names of hosts or places; undefined: of all. */
  names?: readonly string[];
  /** No line of any format could tell it. */
  moot?: boolean;
  /** The page's own sentence. */
  because: string;
}
