import type winston from 'winston';
import type { Alias, Level } from './record/levels.js';
import type { ShippingOptions } from './settings/options.js';

export interface LoggerOptions extends ShippingOptions {
  /** The least severe level that is sent; `info` when not given. Other libraries' names are good too. Or `ROTA_LOG_LEVEL`. */
  level?: Level | Alias;
  /** Applied before anything else, as in winston. `%s` and further arguments need none. */
  format?: winston.Logform.Format;
  /** Fields of every line, as in winston. */
  defaultMeta?: Record<string, unknown>;
  /** Further winston transports, a Console for example. */
  transports?: winston.transport[] | winston.transport;
  /** Or `ROTA_SILENT`. */
  silent?: boolean;
  /** Logs uncaught errors, as `log.exceptions.handle()` does. */
  handleExceptions?: boolean;
  /** Logs rejections that nobody handles, as `log.rejections.handle()` does. */
  handleRejections?: boolean;
  /** Further transports for uncaught errors only, as in winston. */
  exceptionHandlers?: winston.transport[];
  /** Further transports for unhandled rejections only, as in winston. */
  rejectionHandlers?: winston.transport[];
  /** Whether the process ends after an error that was logged so; `true` when not given, as in winston. */
  exitOnError?: boolean | ((error: Error) => boolean);
  /**
   * Called for trouble with the connection or the disk. Without it only what must be seen is printed (stderr): the first
   * reason why there is no connection, what is lost, what weakens security.
   */
  onWarning?: (error: Error) => void;
}

export interface FlushOptions {
  /** Milliseconds; `exitTimeoutMs` when not given. */
  timeoutMs?: number;
}
