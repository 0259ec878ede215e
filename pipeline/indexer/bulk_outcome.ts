/** What became of one item of a bulk. */
export type ItemOutcome =
  | { kind: 'indexed'; index: string }
  /** A document has its id already: the event itself, indexed before, or another one. */
  | { kind: 'known'; index: string }
  /** This document cannot be indexed, now or later. */
  | { kind: 'refused'; reason: string }
  /** Not now; the same item may well succeed later. */
  | { kind: 'retry'; reason: string };

/** One entry of a bulk answer's `items`, as `filter_path` leaves it. */
export interface BulkItem {
  create?: {
    _index?: string;
    status?: number;
    error?: { type?: string; reason?: string; caused_by?: { reason?: string } };
  };
}

/**
 * 400s that speak of the cluster or the data stream, not of the document. Waiting for an operator is right: sending
 * such a document to the dead letters would empty a whole stream into them.
 */
const CLUSTER_ERRORS = new Set([
  'validation_exception', // too many shards open
  'cluster_block_exception',
  'index_closed_exception',
  'index_not_found_exception',
  'invalid_index_name_exception',
  'illegal_state_exception',
]);

export function itemOutcome(item: BulkItem | undefined): ItemOutcome {
  const answer = item?.create;
  const status = answer?.status;
  if (!answer || status === undefined) return { kind: 'retry', reason: 'the bulk answer lacks this item' };
  if (status === 200 || status === 201) return { kind: 'indexed', index: answer._index ?? '' };
  if (status === 409) return { kind: 'known', index: answer._index ?? '' };
  const type = answer.error?.type ?? `status ${status}`;
  const reason = [type, answer.error?.reason, answer.error?.caused_by?.reason].filter(Boolean).join(': ');
  if ((status === 400 || status === 413) && !CLUSTER_ERRORS.has(type)) return { kind: 'refused', reason };
  return { kind: 'retry', reason: `HTTP ${status} ${reason}` };
}

/** What to do with a bulk that was answered as a whole, by its HTTP status. */
export type BulkAction = 'read_items' | 'split' | 'retry';

/**
 * 413 is too large and 400 malformed or invalid: one document is the cause, and halving finds it. Everything else that
 * is not 200 (401, 403, 404, 429, 5xx, a proxy's 3xx) can pass, so it is repeated until it does.
 */
export function bulkAction(status: number): BulkAction {
  if (status === 200) return 'read_items';
  return status === 413 || status === 400 ? 'split' : 'retry';
}
