import type { Dsl } from '../host';

export interface NamedSearch {
  index: string;
  body: Dsl;
  /** Who asks reads on after the last line, so that fewer lines than were asked for are no loss. */
  readsOn?: true;
}

export interface Hit {
  _index: string;
  _id: string;
  _source?: Record<string, unknown>;
  fields?: Record<string, unknown[]>;
  sort?: (string | number)[];
}

/** An aggregation's answer; each query file reads its own with the helpers of `buckets.ts`. */
export type Aggregations = Record<string, unknown>;

export interface SearchAnswer {
  hits: Hit[];
  /** Exact up to `track_total_hits`. */
  total: number;
  aggregations: Aggregations;
  /** There are more lines than these, which are so long that no more were read. */
  shortened?: true;
}
