/**
 * Why an event was not delivered. `overflow`: the queue was full; `too_large`: the protocol cannot carry it;
 * `refused`: the receiver refused it three times; `spool_full`: the spool reached its cap; `spool_failed`: the disk
 * refused a write; `spool_corrupt`: what was on disk is damaged; `not_encodable`: a getter or format of the application threw; `exit`: the process ended first.
 */
export type DropCause =
  | 'overflow'
  | 'too_large'
  | 'refused'
  | 'spool_full'
  | 'spool_failed'
  | 'spool_corrupt'
  | 'not_encodable'
  | 'exit';

/** Consecutive losses of one cause, as the contract's `rota.drop.*` names them. */
export interface DropRange {
  cause: DropCause;
  count: number;
  first_sequence: number;
  last_sequence: number;
}

const MAX_RANGES = 64;

/** Counts what was lost, by cause, and keeps the ranges that have not been reported yet. */
export class DropLedger {
  readonly totals = new Map<DropCause, number>();
  total = 0;
  private pending: DropRange[] = [];

  /** One event lost. A sequence of 0 (another process's) is counted, without a range of its own. */
  add(cause: DropCause, sequence: number, count = 1): void {
    this.total += count;
    this.totals.set(cause, (this.totals.get(cause) ?? 0) + count);
    const open = this.findOpen(cause, sequence);
    if (open === undefined) {
      this.pending.push({ cause, count, first_sequence: sequence, last_sequence: sequence });
      return;
    }
    open.count += count;
    open.first_sequence = Math.min(open.first_sequence, sequence);
    open.last_sequence = Math.max(open.last_sequence, sequence);
  }

  /** Consecutive events lost together. */
  addRange(cause: DropCause, first: number, last: number, count: number): void {
    this.total += count;
    this.totals.set(cause, (this.totals.get(cause) ?? 0) + count);
    this.pending.push({ cause, count, first_sequence: first, last_sequence: last });
  }

  get hasPending(): boolean {
    return this.pending.length > 0;
  }

  /** The ranges since the last call. */
  take(): DropRange[] {
    const ranges = this.pending;
    this.pending = [];
    return ranges;
  }

  byCause(): Record<string, number> {
    return Object.fromEntries(this.totals);
  }

  private findOpen(cause: DropCause, sequence: number): DropRange | undefined {
    for (let i = this.pending.length - 1; i >= 0; i -= 1) {
      const range = this.pending[i] as DropRange;
      if (range.cause === cause && range.last_sequence + 1 === sequence) return range;
    }
    // Many separate holes: from here on one wide range a cause, whose count is smaller than its span.
    if (this.pending.length < MAX_RANGES) return undefined;
    return this.pending.find((range) => range.cause === cause);
  }
}
