import type { FlushResult } from './outbox.js';
import type { LogRecord } from './record/log_record.js';
import type { Stats } from './stats.js';

/** Where the logger takes lines to: a receiver's engine, or the console. */
export interface LineTaker {
  readonly body: 'ecs' | 'message';
  /** Never throws. */
  log(record: LogRecord): void;
  /** A line that was not even read: a format of the application threw. Counted under a number of its own. */
  fail(error: unknown): void;
  /** A line as JSON knows it, without secrets and within bounds. */
  readable(message: string, fields: LogRecord['fields']): Pick<LogRecord, 'message' | 'fields'>;
  stats(): Stats;
  ready(): Promise<void>;
  flush(timeoutMs?: number): Promise<FlushResult>;
  close(timeoutMs?: number): Promise<FlushResult>;
}
