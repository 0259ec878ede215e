/** NestJS: its logger, and a module that provides it. This package does not depend on Nest. */
import { createLogger } from '../logger.js';
import type { LoggerOptions } from '../logger_options.js';
import type { Logger } from '../logger_types.js';

/** Nest's levels, and what they are here. */
const LEVELS = {
  log: 'info',
  error: 'error',
  warn: 'warning',
  debug: 'debug',
  verbose: 'debug',
  fatal: 'crit',
} as const;
type NestLevel = keyof typeof LEVELS;
type Call = (level: string, ...given: unknown[]) => unknown;

const STACK = /\n\s+at /;

/** A `LoggerService`: `app.useLogger(new RotaNestLogger(log))`. The context that Nest gives stands in `log.logger`. */
export class RotaNestLogger {
  private levels: ReadonlySet<string> | undefined;

  constructor(readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('log', message, rest);
  }

  /** As Nest calls it: `(message, stack?, context?)`. */
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('verbose', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  setLogLevels(levels: readonly string[]): void {
    this.levels = new Set(levels);
  }

  private write(name: NestLevel, message: unknown, rest: readonly unknown[]): void {
    if (this.levels !== undefined && !this.levels.has(name)) return;
    const given = rest.filter((one) => one !== undefined);
    const context = typeof given.at(-1) === 'string' && !STACK.test(given.at(-1) as string) ? given.pop() : undefined;
    const stack = typeof given.at(-1) === 'string' && STACK.test(given.at(-1) as string) ? given.pop() : undefined;
    const fields: Record<string, unknown> = {};
    if (context !== undefined) fields['log.logger'] = context;
    if (stack !== undefined && !(message instanceof Error)) fields['error.stack_trace'] = stack;
    const behind = Object.keys(fields).length > 0 ? [...given, fields] : given;
    (this.logger.log as unknown as Call).call(this.logger, LEVELS[name], message, ...behind);
  }
}

/** `imports: [RotaModule.forRoot({ service: 'shop' })]`; then `app.useLogger(app.get(RotaNestLogger))`. */
// biome-ignore lint/complexity/noStaticOnlyClass: a class is what Nest takes for a module
export class RotaModule {
  /**
   * @param given a logger, or its options
   * @throws ConfigurationError with a code `ROTA_CONFIG_*`
   */
  static forRoot(given: Logger | LoggerOptions = {}) {
    const logger =
      'stats' in given && typeof given.stats === 'function' ? (given as Logger) : createLogger(given as LoggerOptions);
    const service = new RotaNestLogger(logger);
    /** Nest calls it when the application closes. */
    const closing = { onApplicationShutdown: () => logger.close().then(() => {}) };
    return {
      module: RotaModule,
      global: true,
      providers: [
        { provide: RotaNestLogger, useValue: service },
        { provide: CLOSING, useValue: closing },
      ],
      exports: [RotaNestLogger],
    };
  }
}

const CLOSING = Symbol('rota-sdk: closes the logger');
