/**
 * winston's API as a face of the record: however a line comes in, it is read once, given to the engine, and only then to
 * whatever other transports winston has.
 */
import { MESSAGE } from 'triple-beam';
import winston from 'winston';
import { acceptInfo } from './adapters/info_reader.js';
import type { EngineTransport } from './engine_transport.js';
import { asError } from './errors.js';
import type { LineTaker } from './line_taker.js';
import type { FlushOptions } from './logger_options.js';
import type { FlushResult } from './outbox.js';
import { type Info, infoOf } from './record/info.js';
import { ALIASES, SEVERITIES, severityOf } from './record/levels.js';
import { callOfEntry, type LogRecord, levelOf, recordOfCall, type Under } from './record/log_record.js';
import { enterLine, leaveLine } from './record/names.js';
import type { Stats } from './stats.js';
import { Exceptions, Rejections } from './uncaught.js';
import type { Warn } from './warn.js';

/** The format of a logger that was given none. */
export const AS_IS: winston.Logform.Format = winston.format((info) => info)();

interface Pipes {
  _readableState: { pipes: unknown };
  _writableState: { sync: boolean };
}

type Write = (info: Info) => boolean;
const writeToStream = winston.Logger.prototype.write as unknown as Write;
const closeStream = winston.Logger.prototype.close as () => unknown;

export class WinstonLogger extends winston.Logger {
  /** The logger that a child is of; itself for others. */
  readonly root: WinstonLogger;
  /** Fields of a child and of those above it, the outermost first. */
  private readonly under: Under;

  constructor(
    readonly engine: LineTaker,
    private readonly own: EngineTransport,
    private readonly warnOf: Warn,
    options: winston.LoggerOptions,
  ) {
    super(options);
    this.root = this;
    this.under = [];
    this.guard();
  }

  /** Its children are of it; their fields are read at each call, as winston's are. */
  override child(fields: object): this {
    return Object.create(this, { under: { value: [...this.under, fields] } });
  }

  override configure(options: winston.LoggerOptions): void {
    super.configure({ ...options, levels: winston.config.syslog.levels });
    // Not yet in the constructor of winston's class.
    if (this.root !== undefined) this.guard();
  }

  /** Uncaught errors are on their way before the process ends. */
  private guard(): void {
    const given = [this.exceptions, this.rejections] as const;
    this.exceptions = new Exceptions(this, given[0]);
    this.rejections = new Rejections(this, given[1]);
  }

  override isLevelEnabled(name: string): boolean {
    const rank = severityOf(name);
    const least = (transport: { level?: string }) => severityOf(transport.level ?? this.root.level);
    return this.root.transports.some((one) => least(one) >= rank);
  }

  /** Takes a line in by level and arguments. Never throws. */
  line(level: unknown, given: readonly unknown[]): void {
    const { root } = this;
    if (root.silent) return;
    const { engine, own } = root;
    enterLine();
    try {
      const rank = severityOf(level);
      const isOurs = !own.silent && rank <= severityOf(own.level ?? root.level);
      const goesOn = root.hasOthers();
      if (!isOurs && !goesOn) return;
      const under = root.defaultMeta ? [root.defaultMeta, ...this.under] : this.under;
      if (root.format !== AS_IS) root.formatted(level, given, under, isOurs, goesOn);
      else {
        const record = recordOfCall(level, given, under);
        if (isOurs) engine.log(record);
        if (goesOn) root.passOn(record, given, under);
      }
    } catch (error) {
      engine.fail(error);
    } finally {
      leaveLine();
    }
  }

  /** With a format of the application's: what that leaves of a line is the line. */
  private formatted(level: unknown, given: readonly unknown[], under: Under, isOurs: boolean, goesOn: boolean): void {
    const { level: name, severity } = levelOf(level);
    const left = this.format.transform(infoOf(name, severity, given, under) as never, this.format.options);
    if (typeof left !== 'object' || left === null) return;
    const info = left as unknown as Info;
    if (isOurs) acceptInfo(this.engine, info);
    if (goesOn) this.toOthers(info);
  }

  /** What winston would have made of the line, with a text for those that only print. */
  private passOn(record: LogRecord, given: readonly unknown[], under: Under): void {
    this.quietly(() => {
      const info = infoOf(record.level, record.severity, given, under);
      const { message, fields } = this.engine.readable(record.message, record.fields);
      info[MESSAGE] = JSON.stringify({ level: record.level, message, ...fields });
      this.toOthers(info);
    });
  }

  /** An info for the other transports, which had no part in it so far. */
  toOthers(info: Info): void {
    this.quietly(() => {
      this.own.took(info);
      writeToStream.call(this, info);
    });
  }

  /** What another transport throws is its own trouble: the line is on its way. */
  private quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.warnOf(asError(error));
    }
  }

  hasOthers(): boolean {
    const { pipes } = (this as unknown as Pipes)._readableState;
    const isAlone = pipes === this.own || (Array.isArray(pipes) && pipes.length === 1 && pipes[0] === this.own);
    return (
      !(isAlone || pipes === null || (Array.isArray(pipes) && pipes.length === 0)) || this.listenerCount('data') > 1
    );
  }

  /** winston's formats again: here they were applied before. */
  override _transform(info: Info, _encoding: string, callback: () => void): void {
    this.push(info);
    (this as unknown as Pipes)._writableState.sync = false;
    callback();
  }

  stats(): Stats {
    return this.root.engine.stats();
  }

  ready(): Promise<void> {
    return this.root.engine.ready();
  }

  flush(options: FlushOptions = {}): Promise<FlushResult> {
    return this.root.engine.flush(options.timeoutMs);
  }
}

/** Methods that cannot be declared in the class: winston's types want other results, or overloads of their own. */
const methods: Record<string, (this: WinstonLogger, ...given: unknown[]) => unknown> = {
  log(...given) {
    const [level, ...rest] = given;
    if (given.length > 1) this.line(level, rest);
    else if (given.length === 1) this.write(level);
    return this;
  },
  write(entry) {
    const { level, given } = callOfEntry(entry);
    this.line(level, given);
    return true;
  },
  close(options) {
    const { root } = this;
    const result = root.engine.close((options as FlushOptions | undefined)?.timeoutMs).then((closed) => {
      closeStream.call(root);
      return closed;
    });
    return andPromise(this, result);
  },
};
for (const name of [...Object.keys(SEVERITIES), ...Object.keys(ALIASES)]) {
  methods[name] = function (...given) {
    this.line(name, given);
    return this;
  };
  methods[`is${name.charAt(0).toUpperCase()}${name.slice(1)}Enabled`] = function () {
    return this.isLevelEnabled(name);
  };
}
for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(WinstonLogger.prototype, name, { value, writable: true, configurable: true });
}

/** winston's `close()` gives the logger, ours a promise: this is both. */
function andPromise(logger: WinstonLogger, result: Promise<FlushResult>): object {
  const both = Object.create(logger);
  for (const name of ['then', 'catch', 'finally'] as const) {
    Object.defineProperty(both, name, { value: result[name].bind(result) });
  }
  return both;
}
