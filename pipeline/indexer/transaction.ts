import type { Delivery } from './delivery';
import type { Item } from './item';

/** The first sub-bulk of a transaction, each further one twice as large: Elasticsearch gets work early. */
const FIRST_DOCS = 100;

export interface TransactionLimits {
  bulkDocs: number;
  bulkBytes: number;
  concurrency: number;
}

/**
 * The events between BEGIN and COMMIT. Sub-bulks leave while rsyslog is still handing lines over, so that Elasticsearch
 * is not idle meanwhile; COMMIT waits for all of them.
 */
export class Transaction {
  private gathered: Item[] = [];
  private bytes = 0;
  private sent = 0;
  private readonly underWay = new Set<Promise<boolean>>();
  private complete = true;
  /** What is gathered is to leave when nothing is under way. */
  private due = false;
  /** When the oldest event that is not yet safe came, ms; 0 when there is none. */
  oldestSince = 0;

  constructor(
    private readonly delivery: Pick<Delivery, 'deliver'>,
    private readonly limits: TransactionLimits,
    /** Called whenever everything that was added is safe. */
    private readonly onIdle: () => void = () => {},
  ) {}

  add(item: Item): void {
    if (this.oldestSince === 0) this.oldestSince = Date.now();
    this.gathered.push(item);
    this.bytes += item.line.length;
    const enough = Math.min(this.limits.bulkDocs, FIRST_DOCS * 2 ** Math.min(this.sent, 10));
    if (this.gathered.length >= enough || this.bytes >= this.limits.bulkBytes) this.send();
  }

  /** True when as many sub-bulks are under way as may be: the next line must wait for `relief()`. */
  get full(): boolean {
    return this.underWay.size >= this.limits.concurrency;
  }

  /** Resolves when one sub-bulk more is done. */
  async relief(): Promise<void> {
    await Promise.race(this.underWay);
  }

  /**
   * Sends what was gathered as soon as nothing is under way, without waiting for anything: with little to do each event
   * leaves at once, with much to do bulks fill up meanwhile and are larger.
   */
  flushSoon(): void {
    this.sent = 0;
    if (this.underWay.size === 0) this.send();
    else this.due = true;
  }

  /** Resolves to true when every event is safe, to false when delivery was stopped before. */
  async commit(): Promise<boolean> {
    this.send();
    this.sent = 0;
    await Promise.all(this.underWay);
    this.oldestSince = 0;
    const { complete } = this;
    this.complete = true;
    return complete;
  }

  private send(): void {
    if (this.gathered.length === 0) return;
    const items = this.gathered;
    this.gathered = [];
    this.bytes = 0;
    this.due = false;
    this.sent += 1;
    const delivery = this.delivery.deliver(items).then((done) => {
      this.underWay.delete(delivery);
      if (!done) this.complete = false;
      if (this.due && this.underWay.size === 0) this.send();
      if (this.complete && this.underWay.size === 0 && this.gathered.length === 0) {
        this.oldestSince = 0;
        this.onIdle();
      }
      return done;
    });
    this.underWay.add(delivery);
  }
}
