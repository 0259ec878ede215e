import type winston from 'winston';
import type { FlushOptions } from './logger_options.js';
import type { FlushResult } from './outbox.js';
import type { Alias, Level } from './record/levels.js';
import type { Stats } from './stats.js';

/** `log.info('text', { fields })`, winston's way, or `log.info({ fields }, 'text')`, pino's. */
export interface LevelMethod extends winston.LeveledLogMethod {
  // biome-ignore lint/suspicious/noExplicitAny: as winston's own
  (fields: object, message: string, ...rest: any[]): winston.Logger;
}

type LevelMethods = { readonly [name in Level | Alias]: LevelMethod };

/** A winston logger with syslog levels that knows what became of its lines. */
export interface Logger extends Omit<winston.Logger, keyof LevelMethods | 'close' | 'child' | 'levels'>, LevelMethods {
  /** A logger whose lines all carry `fields`; it shares everything else, the counters too. */
  child(fields: object): this;
  stats(): Stats;
  /** Resolves when the queue has room: at once, unless it is more than three quarters full. */
  ready(): Promise<void>;
  /**
   * Resolves when everything logged before is delivered, or after the timeout with what remains. Never rejects. Over
   * `relp` and `relps` delivered means that the receiver has acknowledged it; over `tcp`, `tls`, `udp` and `unix`, which
   * have no answer, only that the operating system took it: a receiver that dies then may still lose it.
   */
  flush(options?: FlushOptions): Promise<FlushResult>;
  /** Flushes, sends the closing stats event and ends the connection. Never rejects. */
  close(options?: FlushOptions): this & Promise<FlushResult>;
  readonly levels: Record<Level, number>;
  /**
   * The least severe level that is sent, for its children too. `warn` set is `warning`.
   * @throws ConfigurationError `ROTA_CONFIG_LEVEL` when it is set to anything else than a level
   */
  level: string;
}
