import { withContext } from '../event/context_fields.js';
import { EcsEncoder } from '../event/ecs_encoder.js';
import { Identity } from '../event/identity.js';
import { readable } from '../event/readable.js';
import { staticFields } from '../event/static_fields.js';
import { truncate } from '../event/truncate.js';
import type { LineTaker } from '../line_taker.js';
import type { FlushResult } from '../outbox.js';
import type { LogRecord } from '../record/log_record.js';
import { enterLine, leaveLine } from '../record/names.js';
import { createRedactor, type Redactor } from '../redact/index.js';
import type { Settings } from '../settings/options.js';
import type { Stats } from '../stats.js';
import { pretty } from './pretty.js';

const noop = () => {};

/** As much of `process.stdout` as is used here. */
export interface Output {
  isTTY?: boolean;
  write(text: string, done?: (error?: Error | null) => void): boolean;
  once(event: 'error', listener: () => void): unknown;
  removeListener(event: 'error', listener: () => void): unknown;
}

/**
 * For development, and for containers whose output somebody collects: every event on the standard output, readable on a
 * terminal, as the same JSON that a receiver would get elsewhere.
 */
export class ConsoleEngine implements LineTaker {
  readonly body = 'ecs';
  private readonly identity = new Identity();
  private readonly ecs: EcsEncoder;
  private readonly redactor: Redactor | undefined;
  private pending = 0;
  private delivered = 0;
  private lost = 0;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly settings: Settings,
    private readonly output: Output = process.stdout,
    private readonly env: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    const { ephemeralId } = this.identity;
    this.ecs = new EcsEncoder(staticFields(settings, ephemeralId), ephemeralId, 'rota.app');
    this.redactor = settings.redact === false ? undefined : createRedactor(settings.redact);
  }

  log({ level, message, fields }: LogRecord): void {
    const sequence = this.identity.next();
    enterLine();
    try {
      const line = this.readable(message, withContext(fields));
      const json = this.ecs.encode(new Date().toISOString(), level, line.message, sequence, line.fields);
      const most = this.settings.maxMessageBytes;
      const whole = Buffer.byteLength(json) > most ? truncate(json, most) : json;
      this.write(this.isTerminal ? pretty(whole, this.hasColours) : whole);
    } catch {
      this.lost += 1;
    } finally {
      leaveLine();
    }
  }

  fail(): void {
    this.identity.next();
    this.lost += 1;
  }

  readable(message: string, fields: LogRecord['fields']): Pick<LogRecord, 'message' | 'fields'> {
    return readable({ message, fields }, this.settings.maxMessageBytes, this.redactor);
  }

  stats(): Stats {
    return {
      ephemeral_id: this.identity.ephemeralId,
      sequence: this.identity.sequence,
      delivered: this.delivered,
      pending: this.pending,
      pending_bytes: 0,
      dropped: this.lost,
      dropped_by_cause: this.lost > 0 ? { not_encodable: this.lost } : {},
      resent: 0,
      connection: { state: 'ready', url: 'console', connects: 0, last_error: null },
      spool: null,
    };
  }

  async ready(): Promise<void> {}

  async flush(): Promise<FlushResult> {
    if (this.pending > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return { delivered: this.pending === 0, remaining: this.pending };
  }

  close(): Promise<FlushResult> {
    return this.flush();
  }

  private get isTerminal(): boolean {
    return this.output.isTTY === true;
  }

  /** As no-color.org has it. */
  private get hasColours(): boolean {
    return (this.env['NO_COLOR'] ?? '') === '';
  }

  /** A closed output does not end the process: its error comes after the callback. */
  private write(text: string): void {
    const { output } = this;
    this.pending += 1;
    output.once('error', noop);
    output.write(`${text}\n`, (error) => {
      if (!error) output.removeListener('error', noop);
      this.pending -= 1;
      if (error) this.lost += 1;
      else this.delivered += 1;
      if (this.pending === 0) for (const wake of this.waiting.splice(0)) wake();
    });
  }
}
