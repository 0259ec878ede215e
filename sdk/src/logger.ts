import winston from 'winston';
import { ConsoleEngine } from './console/console_engine.js';
import { Engine } from './engine.js';
import { EngineTransport } from './engine_transport.js';
import { asError } from './errors.js';
import type { LoggerOptions } from './logger_options.js';
import type { Logger } from './logger_types.js';
import { knownLevel, type Level } from './record/levels.js';
import { OptionReader, refuseUnknown } from './settings/option_reader.js';
import { LOGGER_ROWS, SHIPPING_ROWS } from './settings/option_table.js';
import { consoleSettings, isForConsole, resolveSettings } from './settings/options.js';
import { quietly, toStderr, type Warn } from './warn.js';
import { AS_IS, WinstonLogger } from './winston_logger.js';

/**
 * A winston logger that ships ECS events to a syslog receiver. Trouble with the network or the disk never throws, never
 * ends the process and never makes a log call wait.
 *
 * @throws ConfigurationError with a code `ROTA_CONFIG_*`
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  refuseUnknown('createLogger', options, [...Object.keys(SHIPPING_ROWS), ...Object.keys(LOGGER_ROWS)]);
  const { format, defaultMeta, transports = [], onWarning, exceptionHandlers, rejectionHandlers } = options;
  const read = new OptionReader(LOGGER_ROWS, options, process.env);
  const level = levelIn(options);
  let transport: EngineTransport | undefined;
  const warn: Warn = (error, important) => {
    if (onWarning !== undefined) quietly(() => onWarning(error));
    else if (important) toStderr(error);
    // winston's own way: a transport's `warn` is its logger's, too.
    quietly(() => transport?.emit('warn', error));
  };
  const engine = isForConsole(options)
    ? new ConsoleEngine(consoleSettings(options))
    : new Engine(resolveSettings(options), warn);
  transport = new EngineTransport(engine);
  const logger = new WinstonLogger(engine, transport, warn, {
    levels: winston.config.syslog.levels,
    level,
    format: format ?? AS_IS,
    defaultMeta,
    silent: read.flag('silent'),
    transports: [transport, ...[transports].flat()],
    exitOnError: options.exitOnError ?? true,
    exceptionHandlers,
    rejectionHandlers,
  });
  // Errors of the other transports are theirs to show; an unhandled one must not end the process.
  logger.on('error', (error) => warn(asError(error)));
  guardLevel(logger);
  if (read.flag('handleExceptions')) logger.exceptions.handle();
  if (read.flag('handleRejections')) logger.rejections.handle();
  return logger as unknown as Logger;
}

/** winston keeps every line back while `level` is none that it knows; here such a value is refused when it is set. */
function guardLevel(logger: winston.Logger): void {
  let current = logger.level;
  Object.defineProperty(logger, 'level', {
    enumerable: true,
    configurable: true,
    get: () => current,
    set: (value: unknown) => {
      if (value !== undefined) current = levelIn({ level: value });
    },
  });
}

/** @throws ConfigurationError `ROTA_CONFIG_LEVEL` */
function levelIn(options: { level?: unknown }): Level {
  const name = new OptionReader(LOGGER_ROWS, options, process.env).choice('level');
  return knownLevel(name) as Level;
}
