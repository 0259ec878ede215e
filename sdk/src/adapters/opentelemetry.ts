/** OpenTelemetry's log records as events, with the identity, queue, spool and acknowledgement of every other line. */

import { createLogger } from '../logger.js';
import type { LoggerOptions } from '../logger_options.js';
import { isPlain } from '../record/access.js';
import { recordOfEntry } from '../record/log_record.js';
import type { Stats } from '../stats.js';
import type { WinstonLogger } from '../winston_logger.js';
import { keepAside } from './keep_aside.js';

/** As much of `ReadableLogRecord` of @opentelemetry/sdk-logs as is used here: this package does not depend on it. */
export interface OtelLogRecord {
  readonly hrTime?: readonly [seconds: number, nanoseconds: number];
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly spanContext?: { traceId: string; spanId: string };
  readonly instrumentationScope?: { name?: string };
  readonly eventName?: string;
}

export interface OtelExportResult {
  /** 0: delivered; 1: not yet, or lost. */
  code: 0 | 1;
  error?: Error;
}

export type OtelExporterOptions = Omit<LoggerOptions, 'level' | 'format' | 'transports' | 'defaultMeta' | 'silent'>;

/** OpenTelemetry's severity numbers, each from here on. */
const LEVELS = [
  [21, 'crit'],
  [17, 'error'],
  [13, 'warning'],
  [9, 'info'],
  [1, 'debug'],
] as const;

/** A `LogRecordExporter`: `new BatchLogRecordProcessor({ exporter: new RotaLogExporter({ url, service }) })`. */
export class RotaLogExporter {
  private readonly logger;

  /** @throws ConfigurationError with a code `ROTA_CONFIG_*` */
  constructor(options: OtelExporterOptions = {}) {
    this.logger = createLogger({ ...options, level: 'debug' });
  }

  /** Answers when the records are delivered; what is not in time waits here all the same, and is sent later. */
  export(records: readonly OtelLogRecord[], done: (result: OtelExportResult) => void): void {
    const { engine } = this.logger as unknown as WinstonLogger;
    for (const record of records) engine.log(recordOfEntry(entryOf(record), []));
    this.logger.flush().then(({ delivered, remaining }) => {
      if (delivered) done({ code: 0 });
      else
        done({
          code: 1,
          error: new Error(`${remaining} log records are not delivered yet; they are kept and sent later.`),
        });
    });
  }

  async forceFlush(): Promise<void> {
    await this.logger.flush();
  }

  async shutdown(): Promise<void> {
    await this.logger.close();
  }

  stats(): Stats {
    return this.logger.stats();
  }
}

function entryOf(record: OtelLogRecord): Record<string, unknown> {
  const { hrTime, severityNumber = 0, severityText, body, spanContext, instrumentationScope, eventName } = record;
  const attributes = { ...record.attributes };
  const entry: Record<string, unknown> = {};
  const moved = {
    'exception.type': 'error.type',
    'exception.message': 'error.message',
    'exception.stacktrace': 'error.stack_trace',
  };
  for (const [name, ecs] of Object.entries(moved)) {
    if (attributes[name] === undefined) continue;
    entry[ecs] = attributes[name];
    delete attributes[name];
  }
  Object.assign(entry, attributes);
  for (const name of ['message', 'level', 'body']) keepAside(entry, name);
  if (hrTime !== undefined) entry['@timestamp'] = hrTime[0] * 1000 + hrTime[1] / 1e6;
  if (spanContext !== undefined) {
    entry['trace.id'] = spanContext.traceId;
    entry['span.id'] = spanContext.spanId;
  }
  if (instrumentationScope?.name) entry['log.logger'] = instrumentationScope.name;
  if (eventName) entry['event.action'] = eventName;
  if (isPlain(body)) entry['body'] = body;
  entry['message'] = isPlain(body) ? (eventName ?? '') : (body ?? '');
  entry['level'] = LEVELS.find(([least]) => severityNumber >= least)?.[1] ?? severityText ?? 'info';
  return entry;
}
