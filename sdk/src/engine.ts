import { asError, RotaError } from './errors.js';
import { withContext } from './event/context_fields.js';
import { EcsEncoder, type Fields } from './event/ecs_encoder.js';
import { Identity } from './event/identity.js';
import { QuickEvent } from './event/quick_event.js';
import { readable } from './event/readable.js';
import { staticFields } from './event/static_fields.js';
import { cutBytes, truncate } from './event/truncate.js';
import { NOT_PLAIN } from './event/write_ascii.js';
import { type Exiting, unwatchExit, watchExit } from './exit.js';
import { ExitLoss } from './exit_loss.js';
import type { LineTaker } from './line_taker.js';
import { type FlushResult, Outbox } from './outbox.js';
import { severityOf } from './record/levels.js';
import type { LogRecord } from './record/log_record.js';
import { enterLine, leaveLine } from './record/names.js';
import { createRedactor, NO_RULES, type Redactor } from './redact/index.js';
import { Reporter } from './reporter.js';
import type { Settings } from './settings/options.js';
import type { Stats } from './stats.js';
import { HeaderEncoder, headerField } from './syslog/rfc5424.js';
import { type Stamp, StampClock } from './syslog/timestamp.js';
import { SOFTWARE, VERSION } from './version.js';
import type { Warn } from './warn.js';

const DATASET = 'rota.app';
/** The longest message that is written without an intermediate string. */
const QUICK_BYTES = 8192;

/** From a log call to the outbox: gives the event its number, writes it as RFC 5424 with an ECS body, hands it on. */
export class Engine implements Exiting, LineTaker {
  readonly identity = new Identity();
  readonly outbox: Outbox;
  private readonly clock = new StampClock();
  private readonly header: HeaderEncoder;
  private readonly ecs: EcsEncoder;
  private readonly msgIds = new Map<string, string>();
  private readonly redactor: Redactor | undefined;
  /** undefined when the redactor's rules need the long way for every line. */
  private readonly quick: QuickEvent | undefined;
  private readonly quickBytes: number;
  private readonly reporter: Reporter;
  private reports = 0;
  private readonly exitLoss: ExitLoss;
  private closing: Promise<FlushResult> | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly onWarn: Warn,
  ) {
    this.header = new HeaderEncoder({
      facility: settings.facility,
      hostname: settings.hostname,
      appName: settings.service.name,
      procId: process.pid,
      software: SOFTWARE,
      version: VERSION,
    });
    const { ephemeralId } = this.identity;
    this.ecs = new EcsEncoder(staticFields(settings, ephemeralId), ephemeralId, DATASET);
    this.outbox = new Outbox(settings, ephemeralId, onWarn);
    this.redactor = settings.redact === false ? undefined : createRedactor(settings.redact);
    const rules = this.redactor === undefined ? NO_RULES : this.redactor.plain;
    this.quick = rules && new QuickEvent(this.header, this.ecs, DATASET, rules);
    this.quickBytes = Math.min(settings.maxMessageBytes, QUICK_BYTES);
    this.reporter = new Reporter(this, settings.statsIntervalMs);
    this.exitLoss = new ExitLoss(settings.service.name, this.outbox.drops, onWarn);
    watchExit(this);
  }

  get isClosed(): boolean {
    return this.outbox.isClosed;
  }

  get logged(): number {
    return this.identity.sequence - this.reports;
  }

  defer(on: boolean): void {
    this.outbox.shipper.defer(on);
  }

  private get hasNews(): boolean {
    return this.closing === undefined && this.reporter.hasNews;
  }

  get body(): 'ecs' | 'message' {
    return this.settings.body;
  }

  /** One line of the application; the context's fields and the active trace are added. Never throws. */
  log(record: LogRecord): void {
    enterLine();
    try {
      if (this.settings.body === 'message') this.logText(record);
      else this.logEvent(record);
    } finally {
      leaveLine();
    }
  }

  private logEvent({ level, message, fields: given }: LogRecord): void {
    const sequence = this.identity.next();
    try {
      const fields = withContext(given);
      const stamp = this.clock.at(Date.now());
      if (!this.submitQuick(stamp, sequence, level, message, fields)) {
        const line = this.readable(message, fields);
        this.submit(stamp, sequence, level, line.message, line.fields, false);
      }
    } catch (error) {
      this.lose(sequence, error);
      return;
    }
    if (this.outbox.isExiting) this.afterLastWords();
    else this.reporter.afterSubmit();
  }

  readable(message: string, fields: Fields | undefined): Pick<LogRecord, 'message' | 'fields'> {
    return readable({ message, fields }, this.settings.maxMessageBytes, this.redactor);
  }

  /** False when the line is not plain, so that nothing was done. */
  private submitQuick(stamp: Stamp, sequence: number, level: string, message: string, fields?: Fields): boolean {
    const { quick, outbox } = this;
    if (quick === undefined || (fields !== undefined && !isOwn(fields))) return false;
    const { pool } = outbox;
    const slab = pool.open(this.quickBytes);
    const start = pool.startIn(slab);
    let end = NOT_PLAIN;
    try {
      end = quick.write(slab.bytes, start, start + this.quickBytes, stamp, level, message, sequence, fields);
    } catch {
      // A getter that throws: the long way says so in the event.
    }
    if (end === NOT_PLAIN) return false;
    outbox.take(pool.keep(slab, start, end, quick.sdAt, sequence));
    return true;
  }

  /** A line that was not even read: a format of the application threw. Counted under a number of its own. */
  fail(error: unknown): void {
    this.lose(this.identity.next(), error);
  }

  private lose(sequence: number, error: unknown): void {
    this.outbox.drops.add('not_encodable', sequence);
    this.onWarn(
      new RotaError('ROTA_NOT_ENCODABLE', `An event was not logged: ${asError(error).message}.`, { cause: error }),
    );
  }

  /** One of our own reports: not subject to the queue's bounds. */
  report(level: string, message: string, fields: Fields): void {
    this.reports += 1;
    this.submit(this.clock.at(Date.now()), this.identity.next(), level, message, fields, true);
  }

  /** Sends a line's text as it is, with a header of ours; fields that no format has put into it follow as JSON. */
  private logText({ level, message, fields }: LogRecord): void {
    const sequence = this.identity.next();
    try {
      const line = this.readable(message, fields);
      const text = line.fields === undefined ? line.message : `${line.message} ${JSON.stringify(line.fields)}`;
      const head = this.header.head(severityOf(level), this.clock.at(Date.now()).rfc5424, '-');
      const sd = this.header.structuredData(sequence);
      const room = this.settings.maxMessageBytes - head.length - sd.length;
      this.outbox.submit(head + sd + cutBytes(text, room), head.length, sequence);
    } catch (error) {
      this.lose(sequence, error);
      return;
    }
    this.reporter.afterSubmit();
  }

  stats(): Stats {
    const { outbox } = this;
    return {
      ephemeral_id: this.identity.ephemeralId,
      sequence: this.identity.sequence,
      delivered: outbox.delivered,
      pending: outbox.undelivered,
      pending_bytes: outbox.queue.heldBytes,
      dropped: outbox.drops.total,
      dropped_by_cause: outbox.drops.byCause(),
      resent: outbox.resent,
      connection: outbox.connection(),
      spool: outbox.spool() ?? null,
    };
  }

  ready(): Promise<void> {
    return this.outbox.ready();
  }

  flush(timeoutMs: number = this.settings.exitTimeoutMs): Promise<FlushResult> {
    return this.outbox.flush(timeoutMs);
  }

  /** Sends the closing stats event, waits for what is unsent, ends the connection. */
  close(timeoutMs: number = this.settings.exitTimeoutMs): Promise<FlushResult> {
    this.closing ??= this.shutDown(timeoutMs);
    return this.closing;
  }

  /** The event loop is empty. What was logged since the last time gets its closing stats event and is flushed. */
  beforeExit(): Promise<void> | undefined {
    if (!this.hasNews) return undefined;
    return this.finish(this.settings.exitTimeoutMs).then(() => {});
  }

  /** The process ends. What is undelivered goes to the spool, or is counted and said to be lost. */
  exit(): void {
    this.exitLoss.begin();
    if (this.outbox.spool() !== undefined && this.hasNews) this.reporter.report(true);
    this.outbox.abandon(true);
    this.exitLoss.report(this.outbox.connection());
  }

  /** A listener that comes after ours has logged. */
  private afterLastWords(): void {
    if (this.outbox.spool() !== undefined) this.reporter.report(true);
    this.exitLoss.report(this.outbox.connection());
  }

  private async shutDown(timeoutMs: number): Promise<FlushResult> {
    this.reporter.stop();
    const result = await this.finish(timeoutMs);
    await this.outbox.close(result.delivered ? 1000 : 100);
    unwatchExit(this);
    return result;
  }

  /** Flushes, and then sends the closing report, so that it can say that all before it was acknowledged. */
  private async finish(timeoutMs: number): Promise<FlushResult> {
    const started = performance.now();
    const before = await this.outbox.flush(timeoutMs);
    this.reporter.report(true);
    const after = await this.outbox.flush(Math.max(50, timeoutMs - (performance.now() - started)));
    return { delivered: before.delivered && after.delivered, remaining: after.remaining };
  }

  private submit(
    stamp: Stamp,
    sequence: number,
    level: string,
    message: string,
    fields: Fields | undefined,
    own: boolean,
  ): void {
    const begun = this.ecs.begin(stamp.iso, level, message, sequence, fields);
    const head = this.header.head(severityOf(level), stamp.rfc5424, own ? 'rota.sdk' : this.msgId(fields));
    const sd = this.header.structuredData(sequence);
    const tail = begun.whole ? undefined : this.ecs.tailBytes;
    const room = this.settings.maxMessageBytes - head.length - sd.length - (tail?.length ?? 0);
    if (begun.text.length * 3 > room && Buffer.byteLength(begun.text) > room) {
      const whole = begun.whole ? begun.text : begun.text + this.ecs.tail;
      this.outbox.submit(head + sd + truncate(whole, room + (tail?.length ?? 0)), head.length, sequence, own);
    } else this.outbox.submit(head + sd + begun.text, head.length, sequence, own, tail);
  }

  /** MSGID says what kind of message it is (RFC 5424 section 6.2.7): the dataset. */
  private msgId(fields: Fields | undefined): string {
    const dataset = (fields?.event as { dataset?: unknown } | undefined)?.dataset;
    if (typeof dataset !== 'string') return DATASET;
    let id = this.msgIds.get(dataset);
    if (id === undefined) {
      id = headerField('msgId', dataset);
      if (this.msgIds.size < 100) this.msgIds.set(dataset, id);
    }
    return id;
  }
}

/** Neither a class nor a proxy's whim: what stands in it is what JSON would take. */
function isOwn(fields: Fields): boolean {
  return Object.getPrototypeOf(fields) === Object.prototype;
}
