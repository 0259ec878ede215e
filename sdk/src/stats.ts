import type { ConnectionStats } from './net/shipper.js';
import type { SpoolStats } from './spool/store.js';

/** What `stats()` gives. */
export interface Stats {
  ephemeral_id: string;
  /** The highest `event.sequence` given out. */
  sequence: number;
  /** Events that the receiver acknowledged (RELP) or the operating system took. */
  delivered: number;
  /** Events that wait or are on the way. */
  pending: number;
  pending_bytes: number;
  dropped: number;
  dropped_by_cause: Record<string, number>;
  /** Events that were sent more than once. */
  resent: number;
  connection: ConnectionStats;
  /** null without a spool. */
  spool: SpoolStats | null;
}
