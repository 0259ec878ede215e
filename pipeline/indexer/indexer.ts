import { join } from 'node:path';
import type { Counters } from './counters';
import type { Delivery } from './delivery';
import { intakeAll } from './intake';
import { adoptOrphans, Journal } from './journal';
import type { OmprogHandler } from './omprog';
import type { IndexerSettings } from './settings';
import type { Shaped, ShapedText } from './shape/shaped';
import type { Status } from './status';
import { Transaction } from './transaction';

const ADOPT_EVERY_MS = 5_000;
const JOURNAL_RETRY_MS = 1_000;
/** Without confirmation COMMIT need not wait, but the journal must come to an end now and then. */
const JOURNAL_LIMIT = 32 * 1024 * 1024;

export interface IndexerParts {
  settings: IndexerSettings;
  delivery: Delivery;
  counters: Counters;
  status: Status;
  shape: (line: Buffer) => Shaped | ShapedText;
  /** False in profile `fast`: rsyslog does not wait for answers. */
  confirms: boolean;
}

/** Takes rsyslog's lines: journal first, then shape, then bulk. */
export class Indexer implements OmprogHandler {
  private readonly journal: Journal;
  private readonly transaction: Transaction;
  private readonly journalDir: string;
  private readonly adopting = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  /** Messages of the block in hand that were not yet handled. */
  private unhandled = 0;

  constructor(private readonly parts: IndexerParts) {
    this.journalDir = join(parts.settings.dir, 'journal');
    this.journal = new Journal(this.journalDir);
    this.transaction = new Transaction(parts.delivery, parts.settings, () => this.clearJournal());
  }

  /** Sends what processes before this one left behind, now and whenever another worker dies. */
  start(): void {
    this.adopt();
    this.timer = setInterval(() => this.adopt(), ADOPT_EVERY_MS);
  }

  received(block: Buffer, messages: number): Promise<void> | undefined {
    this.unhandled = messages;
    if (messages === 0) return undefined;
    try {
      this.journal.append(block);
    } catch (error) {
      return this.untilJournalWorks(block, messages, error as Error);
    }
    return undefined;
  }

  message(line: Buffer): Promise<void> | undefined {
    this.unhandled -= 1;
    for (const item of this.intake(line)) this.transaction.add(item);
    return this.transaction.full ? this.transaction.relief() : undefined;
  }

  async commit(): Promise<void> {
    if (!this.parts.confirms && this.journal.size < JOURNAL_LIMIT) {
      this.transaction.flushSoon();
      return;
    }
    // After stop() this never resolves: the answer must not be OK, and the process ends.
    if (!(await this.transaction.commit())) await new Promise(() => {});
    this.clearJournal();
  }

  /** Age of the oldest event that is not yet safe, ms. */
  oldestMs(): number {
    return this.transaction.oldestSince === 0 ? 0 : Date.now() - this.transaction.oldestSince;
  }

  /** Waits for what is under way; the caller sets the limit. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    const [complete] = await Promise.all([this.transaction.commit(), ...this.adopting]);
    if (complete) this.journal.clear();
    this.journal.close();
  }

  private intake(line: Buffer) {
    return intakeAll(line, this.parts.shape, this.parts.settings.namespace);
  }

  /** Not while lines of the block in hand are in the journal only. */
  private clearJournal(): void {
    if (this.unhandled === 0) this.journal.clear();
  }

  /** A full disk: rsyslog keeps the lines and waits. */
  private async untilJournalWorks(block: Buffer, messages: number, error: Error): Promise<void> {
    this.parts.status.waiting(
      `cannot write the journal in ${this.journalDir} (${error.message}); free some space there`,
    );
    await new Promise((resolve) => setTimeout(resolve, JOURNAL_RETRY_MS));
    await this.received(block, messages);
  }

  private adopt(): void {
    for (const orphan of adoptOrphans(this.journalDir)) {
      const work = this.replay(orphan.lines).then((done) => {
        if (done) orphan.done();
        this.adopting.delete(work);
      });
      this.adopting.add(work);
    }
  }

  private async replay(lines: readonly Buffer[]): Promise<boolean> {
    const { counters, delivery, settings, status } = this.parts;
    if (lines.length > 0)
      status.note(`sending ${lines.length} events again that a process before this one left in its journal`);
    for (let start = 0; start < lines.length; start += settings.bulkDocs) {
      const items = lines.slice(start, start + settings.bulkDocs).flatMap((line) => this.intake(line));
      if (!(await delivery.deliver(items, true))) return false;
      counters.add('replayed', items.length);
    }
    return true;
  }
}
