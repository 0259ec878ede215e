import { LEVEL } from 'triple-beam';
import winston from 'winston';
import { asError } from './errors.js';
import type { Fields } from './event/ecs_encoder.js';
import { type Info, withDefaults } from './event/info_fields.js';
import type { FlushResult } from './outbox.js';
import { OptionReader, refuseUnknown } from './settings/option_reader.js';
import { LOGGER_ROWS, SHIPPING_ROWS } from './settings/option_table.js';
import type { ShippingOptions } from './settings/options.js';
import type { Stats } from './stats.js';
import { SyslogTransport } from './transport.js';

/** RFC 5424's severities, as winston names them. */
export type Level = 'emerg' | 'alert' | 'crit' | 'error' | 'warning' | 'notice' | 'info' | 'debug';

export interface LoggerOptions extends ShippingOptions {
  /** The least severe level that is sent; `info` when not given. `warn` is `warning`. Or `ROTA_LOG_LEVEL`. */
  level?: Level | 'warn';
  /** Applied before anything else, as in winston. `%s` and further arguments need none. */
  format?: winston.Logform.Format;
  /** Fields of every line, as in winston. */
  defaultMeta?: Record<string, unknown>;
  /** Further winston transports, a Console for example. */
  transports?: winston.transport[];
  /** Or `ROTA_SILENT`. */
  silent?: boolean;
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

type LevelMethods = Pick<winston.Logger, Level>;
/** Levels of winston's other sets, which its type promises and a logger with syslog levels has not. */
type OtherLevels = 'warn' | 'help' | 'data' | 'prompt' | 'http' | 'verbose' | 'input' | 'silly';
type NotOurs = OtherLevels | 'isWarnEnabled' | 'isVerboseEnabled' | 'isSillyEnabled';

/** A winston logger with syslog levels that knows what became of its lines. */
export interface Logger extends Omit<winston.Logger, 'close' | 'child' | 'levels' | NotOurs | Level>, LevelMethods {
  /** The same as `warning`. */
  warn: winston.LeveledLogMethod;
  /** A logger whose lines all carry `fields`; it shares everything else, the counters too. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
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
  close(options?: FlushOptions): Promise<FlushResult>;
  readonly levels: Record<Level, number>;
  /**
   * The least severe level that is sent, for its children too. `warn` set is `warning`.
   * @throws ConfigurationError `ROTA_CONFIG_LEVEL` when it is set to anything else than a level
   */
  level: string;
}

/**
 * A winston logger that ships ECS events to a syslog receiver. Trouble with the network or the disk never throws, never
 * ends the process and never makes a log call wait.
 *
 * @throws ConfigurationError with a code `ROTA_CONFIG_*`
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  refuseUnknown('createLogger', options, [...Object.keys(SHIPPING_ROWS), ...Object.keys(LOGGER_ROWS)]);
  const { level: _level, silent: _silent, format, defaultMeta, transports = [], onWarning, ...shipping } = options;
  const read = new OptionReader(LOGGER_ROWS, options, process.env);
  const level = read.choice<Level | 'warn'>('level');
  const env = process.env.ROTA_URL;
  const transport = new SyslogTransport({
    ...shipping,
    onWarning,
    ...(shipping.url || shipping.urls || env ? {} : { urls: [] }),
  });
  const logger = winston.createLogger({
    levels: winston.config.syslog.levels,
    level: level === 'warn' ? 'warning' : level,
    format: format ?? winston.format((info) => info)(),
    defaultMeta,
    silent: read.flag('silent'),
    transports: [transport, ...transports],
    exitOnError: false,
  });
  // Errors of the other transports are theirs to show; an unhandled one must not end the process.
  logger.on('error', (error) => onWarning?.(asError(error)));
  guardLevel(logger);
  fastLevels(logger, transport, format === undefined && defaultMeta === undefined);
  const extra = { write: fastWrite(logger, transport), ...controls(logger, transport) };
  return Object.assign(logger, extra, { warn, child }) as unknown as Logger;
}

/** winston keeps every line back while `level` is none that it knows; here such a value is refused when it is set. */
function guardLevel(logger: winston.Logger): void {
  let current = logger.level;
  Object.defineProperty(logger, 'level', {
    enumerable: true,
    configurable: true,
    get: () => current,
    set: (value: unknown) => {
      const level = new OptionReader(LOGGER_ROWS, { level: value }, {}).choice<Level | 'warn'>('level');
      current = level === 'warn' ? 'warning' : level;
    },
  });
}

/** Half of the world calls it so; `log.warn is not a function` is no way to end a request. */
function warn(this: winston.Logger, ...args: [string]): winston.Logger {
  return this.warning(...args);
}

/** As winston's, whose children forget the class, code and causes of an error that is logged alone. */
function child(this: winston.Logger, fields: Readonly<Record<string, unknown>>): winston.Logger {
  const write = (info: Info) => (this.write as unknown as Write)(withDefaults(fields, info));
  return Object.create(this, { write: { value: write } }) as winston.Logger;
}

function controls(logger: winston.Logger, transport: SyslogTransport) {
  const closeWinston = logger.close.bind(logger);
  return {
    stats: () => transport.stats(),
    ready: () => transport.ready(),
    flush: (options?: FlushOptions) => transport.flush(options),
    close: async (options?: FlushOptions) => {
      const result = await transport.shutdown(options);
      closeWinston();
      return result;
    },
  };
}

type Write = (chunk: unknown, ...rest: unknown[]) => boolean;

/**
 * winston sends every line through two object streams. While our transport is its only one, a line can go there
 * straight: the same format, the same levels, a fifth of the time.
 */
function fastWrite(logger: winston.Logger, transport: SyslogTransport): Write {
  const slow = logger.write as unknown as Write;
  return function write(chunk: unknown, ...rest: unknown[]): boolean {
    // After close() winston's streams are closed, too; what is logged now is counted lost, or is a process's last words.
    if (!transport.isShut && (rest.length > 0 || !isAlone(logger, transport))) return slow.call(logger, chunk, ...rest);
    if (logger.silent || transport.silent) return true;
    const info = chunk as Info;
    const name = info[LEVEL] ?? info.level;
    const least = logger.levels[transport.level ?? logger.level];
    const own = logger.levels[name];
    if (least === undefined || own === undefined) return slow.call(logger, chunk);
    if (own > least) return true;
    const formatted = logger.format.transform(info as never, logger.format.options) as Info | boolean;
    if (typeof formatted === 'object') transport.accept(formatted);
    return true;
  };
}

type LevelMethod = (this: winston.Logger, ...args: unknown[]) => winston.Logger;

/**
 * The usual call, `log.info('text', { fields })`, without the intermediate objects that winston makes of it. Everything
 * else goes winston's way: children (which override `write`), errors, formats, messages with several arguments.
 */
function fastLevels(logger: winston.Logger, transport: SyslogTransport, plain: boolean): void {
  const methods = logger as unknown as Record<string, LevelMethod>;
  for (const [name, rank] of Object.entries(logger.levels)) {
    const slow = methods[name] as LevelMethod;
    const isFast = (self: winston.Logger, args: unknown[]) =>
      plain &&
      self === logger &&
      args.length <= 2 &&
      typeof args[0] === 'string' &&
      isPlainFields(args[1], args.length) &&
      (args.length === 1 || !args[0].includes('%')) &&
      isAlone(logger, transport) &&
      !transport.isShut;
    methods[name] = function (this: winston.Logger, ...args: unknown[]): winston.Logger {
      try {
        const least = logger.levels[transport.level ?? logger.level];
        if (least === undefined || !isFast(this, args)) return slow.apply(this, args);
        if (rank <= least && !logger.silent && !transport.silent)
          transport.send(name, args[0] as string, args[1] as Fields);
      } catch (error) {
        // A getter, a format: whatever the application brought with it does not come back at it from a log call.
        transport.fail(error);
      }
      return this;
    };
  }
}

/** No field of it means anything to winston, and none is an error that is to be spelled out. */
function isPlainFields(value: unknown, count: number): value is Fields | undefined {
  if (count === 1) return true;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  const { message, level, stack, cause, err, error } = value as Record<string, unknown>;
  return (
    message === undefined &&
    level === undefined &&
    stack === undefined &&
    cause === undefined &&
    err === undefined &&
    !(error instanceof Error)
  );
}

interface Pipes {
  _readableState: { pipes: unknown };
}

function isAlone(logger: winston.Logger, transport: SyslogTransport): boolean {
  const { pipes } = (logger as unknown as Pipes)._readableState;
  return (
    (pipes === transport || (Array.isArray(pipes) && pipes.length === 1 && pipes[0] === transport)) &&
    logger.listenerCount('data') === 1
  );
}
