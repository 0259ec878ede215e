import Denque from 'denque';
import type { DropLedger } from '../queue/drops.js';
import type { Ticket } from '../queue/entry.js';
import type { Position } from './ledger.js';
import { LedgerFile } from './ledger_file.js';
import { SEGMENT_HEAD } from './record.js';
import { SegmentReader } from './segment_reader.js';
import { type Segment, SegmentTable } from './segment_table.js';
import { SegmentWriter } from './segment_writer.js';
import type { SpoolFs } from './spool_fs.js';

export interface SpoolLimits {
  maxBytes: number;
  segmentBytes: number;
  /** Whether a full spool gives up its oldest unread segment or the new event. */
  dropOldest: boolean;
}

/** One message read back from the disk; `message` is a view that is valid during the call. */
export type OnMessage = (message: Buffer, sdAt: number, sequence: number, ticket: Ticket) => void;

/** A segment that is acknowledged to its end is removed at this size, rather than kept until it is full. */
const TIDY_BYTES = 1024 * 1024;

/**
 * A queue on disk: records are appended to the newest segment, read from the oldest, and a segment is removed when all
 * of it is acknowledged. The ledger says up to where that is; what lies behind it is read again after a crash.
 *
 * Invariants: acknowledged ≤ read ≤ written, as positions (segment, offset). `outstanding` holds the records between
 * acknowledged and read, in order; the ledger moves only over settled ones from its front.
 */
export class Spool {
  private readonly table: SegmentTable;
  private readonly ledger: LedgerFile;
  private readonly outstanding = new Denque<SpoolTicket>();
  private writer: SegmentWriter | undefined;
  private reader: SegmentReader | undefined;
  private acknowledged: Position = { segment: 0, offset: 0 };
  private readAt: Position = { segment: 1, offset: SEGMENT_HEAD };
  private unread = 0;

  /** @throws what the file system throws when the folder cannot be read */
  constructor(
    private readonly folder: string,
    private readonly fs: SpoolFs,
    private readonly limits: SpoolLimits,
    private readonly drops: DropLedger,
  ) {
    this.table = new SegmentTable(fs, folder);
    this.ledger = new LedgerFile(fs, folder);
    this.recover();
  }

  /** Records on disk that were not read; NaN while nobody knows (what another process left). */
  get backlog(): number {
    return this.unread;
  }

  /** True when there is nothing left to deliver. */
  get isDone(): boolean {
    return this.unread === 0 && this.outstanding.length === 0;
  }

  get bytes(): number {
    return this.table.bytes;
  }

  /**
   * Appends the record in `bytes[start, end)` (its head is written already).
   * @param skip the caller keeps the message in memory too, so it is not read back; only while there is no backlog
   * @returns its ticket when `skip`, true otherwise; undefined when the spool is full
   * @throws what the file system throws; nothing was appended then
   */
  append(bytes: Buffer, start: number, end: number, sequence: number, skip: boolean): Ticket | true | undefined {
    const size = end - start;
    if (!this.makeRoom(size)) return undefined;
    const writer = this.writerFor(size);
    writer.append(bytes, start, end);
    const segment = this.table.get(writer.segment) as Segment;
    this.table.grow(segment, size, sequence);
    if (skip) {
      this.moveReader(writer.segment, writer.position);
      return this.hand(writer.segment, writer.position);
    }
    segment.unread += 1;
    this.unread += 1;
    return true;
  }

  /** Hands up to `count` messages to `onMessage`, each with its ticket. Returns how many it were. */
  read(count: number, onMessage: OnMessage): number {
    let done = 0;
    while (done < count && this.unread !== 0) {
      const reader = this.openReader();
      const stored = reader?.next((damage) => this.onDamage(damage.sequence));
      if (reader === undefined || stored === undefined) {
        this.leaveSegment();
        continue;
      }
      this.countRead(reader.segment);
      this.readAt = { segment: reader.segment, offset: stored.end };
      onMessage(stored.message, stored.sdAt, stored.sequence, this.hand(reader.segment, stored.end));
      done += 1;
    }
    if (this.unread === 0) this.advance();
    return done;
  }

  flushLedger(): void {
    this.ledger.flush();
  }

  /** Lets go of all files. When nothing is left to deliver they are removed too. */
  close(): void {
    const done = this.isDone;
    if (done) this.advance();
    this.closeWriter();
    this.closeReader();
    if (!done) {
      this.ledger.close();
      return;
    }
    for (const number of [...this.table.numbers()]) this.table.remove(number);
    this.ledger.remove();
  }

  /** A ticket was settled: moves the ledger and removes what is acknowledged. */
  advance(): void {
    const { outstanding } = this;
    let moved = false;
    while (outstanding.peekFront()?.settled) {
      const ticket = outstanding.shift() as SpoolTicket;
      this.acknowledged = { segment: ticket.segment, offset: ticket.end };
      moved = true;
    }
    if (this.isDone) {
      this.acknowledged = { ...this.readAt };
      moved = true;
    }
    if (!moved) return;
    this.ledger.set(this.acknowledged);
    this.tidy();
  }

  private hand(segment: number, end: number): SpoolTicket {
    const ticket = new SpoolTicket(this, segment, end);
    this.outstanding.push(ticket);
    return ticket;
  }

  private recover(): void {
    const state = this.ledger.found;
    this.table.scan(state?.segment ?? 0);
    const { oldest } = this.table;
    if (oldest === undefined) return;
    this.unread = Number.NaN;
    const offset = oldest === state?.segment ? state.offset : SEGMENT_HEAD;
    this.acknowledged = { segment: oldest, offset };
    this.readAt = { segment: oldest, offset };
  }

  private makeRoom(size: number): boolean {
    while (this.table.bytes + size > this.limits.maxBytes) {
      if (!this.limits.dropOldest || !this.dropOldest()) return false;
    }
    return true;
  }

  /** Gives up the oldest segment of which nothing is on its way and nothing is written any more. */
  private dropOldest(): boolean {
    const busy = this.outstanding.peekBack()?.segment ?? 0;
    let number = this.readAt.segment;
    if (number <= busy || !this.table.has(number)) number = this.table.following(number);
    const segment = this.table.get(number);
    if (segment === undefined || number === this.writer?.segment || !(segment.unread > 0)) return false;
    this.drops.addRange('spool_full', segment.last - segment.unread + 1, segment.last, segment.unread);
    this.unread -= segment.unread;
    const wasReading = number === this.readAt.segment;
    if (this.reader?.segment === number) this.closeReader();
    this.table.remove(number);
    if (wasReading) this.readAt = { segment: this.table.following(number), offset: SEGMENT_HEAD };
    return true;
  }

  private writerFor(size: number): SegmentWriter {
    const { writer } = this;
    const fits = writer !== undefined && writer.position + size <= this.limits.segmentBytes;
    if (writer !== undefined && (fits || writer.position === SEGMENT_HEAD)) return writer;
    const number = Math.max(this.table.newest, this.acknowledged.segment) + 1;
    const next = new SegmentWriter(this.fs, this.folder, number);
    this.closeWriter();
    this.writer = next;
    this.table.add(number, { bytes: next.position, unread: 0, first: 0, last: 0 });
    if (this.unread === 0) this.moveReader(number, next.position);
    return next;
  }

  private moveReader(segment: number, offset: number): void {
    if (this.reader !== undefined && this.reader.segment !== segment) this.closeReader();
    if (this.reader !== undefined) this.reader.position = offset;
    this.readAt.segment = segment;
    this.readAt.offset = offset;
  }

  private openReader(): SegmentReader | undefined {
    const { segment, offset } = this.readAt;
    if (this.reader === undefined && this.table.has(segment)) {
      try {
        this.reader = new SegmentReader(this.fs, this.folder, segment, offset);
      } catch (error) {
        // Somebody removed it: what was in it is lost and counted, and the next segment is read.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    return this.reader;
  }

  /** The segment gives no more: what it should still hold is lost, and the next one is read. */
  private leaveSegment(): void {
    const number = this.readAt.segment;
    const segment = this.table.get(number);
    // Nothing behind the damage can be found: what is logged from now on gets a segment of its own.
    if (number === this.writer?.segment) this.closeWriter();
    if (segment !== undefined && segment.unread > 0) {
      this.drops.add('spool_corrupt', 0, segment.unread);
      this.unread -= segment.unread;
      segment.unread = 0;
    }
    this.closeReader();
    const next = this.table.following(number);
    if (this.table.has(next)) this.readAt = { segment: next, offset: SEGMENT_HEAD };
    else {
      this.unread = 0;
      this.readAt = { segment: number, offset: segment?.bytes ?? SEGMENT_HEAD };
    }
  }

  private countRead(number: number): void {
    const segment = this.table.get(number);
    if (segment !== undefined) segment.unread -= 1;
    this.unread -= 1;
  }

  private onDamage(sequence: number): void {
    const counted = !Number.isNaN(this.unread);
    // Where records were counted, those behind a lost head are counted when the segment is left.
    if (sequence === 0 && counted) return;
    this.drops.add('spool_corrupt', counted ? sequence : 0);
    if (counted) this.countRead(this.readAt.segment);
  }

  private tidy(): void {
    for (const number of this.table.numbers()) {
      const { segment } = this.acknowledged;
      if (number > segment || (number === segment && !this.isDone)) return;
      if (number === this.writer?.segment) {
        if (this.writer.position < TIDY_BYTES) return;
        this.closeWriter();
      }
      if (this.reader?.segment === number) this.closeReader();
      this.table.remove(number);
    }
  }

  private closeWriter(): void {
    this.writer?.close();
    this.writer = undefined;
  }

  private closeReader(): void {
    this.reader?.close();
    this.reader = undefined;
  }
}

class SpoolTicket implements Ticket {
  settled = false;

  constructor(
    private readonly spool: Spool,
    readonly segment: number,
    readonly end: number,
  ) {}

  settle(): void {
    this.settled = true;
    this.spool.advance();
  }
}
