import { LEVEL, MESSAGE } from 'triple-beam';
import winston from 'winston';
import type { LineTaker } from './line_taker.js';
import { isError } from './record/access.js';
import type { Info } from './record/info.js';
import { recordOfCall } from './record/log_record.js';
import { spell } from './record/spell.js';

/** As winston has it: no transport holds the end of the process up for longer. */
const LONGEST_MS = 3000;

interface Handlers {
  handlers: Map<unknown, unknown>;
  catcher: unknown;
  unhandle(): void;
  handle(): void;
}

/** What is asked of the logger whose process may end. */
interface Catcher extends Pick<winston.Logger, 'defaultMeta' | 'transports' | 'exitOnError'> {
  readonly engine: LineTaker;
  hasOthers(): boolean;
  toOthers(info: Info): unknown;
  flush(): Promise<unknown>;
}

/** winston's handler of uncaught errors, which ends the process when the error is delivered, or on disk. */
export class Exceptions extends winston.ExceptionHandler {
  /** `before` is winston's own, which may be at work already. */
  constructor(
    private readonly owner: Catcher,
    before: winston.ExceptionHandler,
  ) {
    super(owner as unknown as winston.Logger);
    takeOver(before as unknown as Handlers, this as unknown as Handlers);
  }

  /** Called by winston's class. */
  _uncaughtException(error: unknown): void {
    report(this.owner, error, 'uncaughtException', 'handleExceptions', () => this.getAllInfo(error as Error) as Info);
  }
}

/** The same for rejections that nobody handles. */
export class Rejections extends winston.RejectionHandler {
  constructor(
    private readonly owner: Catcher,
    before: winston.RejectionHandler,
  ) {
    super(owner as unknown as winston.Logger);
    takeOver(before as unknown as Handlers, this as unknown as Handlers);
  }

  /** Called by winston's class. */
  _unhandledRejection(error: unknown): void {
    report(this.owner, error, 'unhandledRejection', 'handleRejections', () => this.getAllInfo(error as Error) as Info);
  }
}

function takeOver(before: Handlers, after: Handlers): void {
  for (const [handler, wrapper] of before.handlers) after.handlers.set(handler, wrapper);
  if (!before.catcher) return;
  // Only the listener: its streams are ours now.
  before.handlers = new Map();
  before.unhandle();
  after.handle();
}

function report(
  logger: Catcher,
  thrown: unknown,
  what: string,
  flag: 'handleExceptions' | 'handleRejections',
  allInfo: () => Info,
): void {
  const text = spell(thrown);
  const given = isError(thrown) ? [`${what}: ${text}`, thrown] : [`${what}: ${text}`, { error: { message: text } }];
  const record = recordOfCall('error', given, logger.defaultMeta ? [logger.defaultMeta] : []);
  logger.engine.log(record);
  const others = logger.transports.filter((one) => one !== logger.transports[0] && one[flag]);
  if (logger.hasOthers()) {
    const { message, fields } = logger.engine.readable(record.message, record.fields);
    const line = JSON.stringify({ level: 'error', message, ...fields });
    logger.toOthers(Object.assign(allInfo(), { [LEVEL]: 'error', [MESSAGE]: line }));
  }
  const { exitOnError } = logger;
  if (typeof exitOnError === 'function' ? exitOnError(thrown) : exitOnError) void exitWhen(logger, others);
}

/** All that the process waits for before it ends: each logger has a listener of its own for the same error. */
const endings = new Set<Promise<unknown>>();

async function exitWhen(logger: Catcher, others: readonly winston.transport[]): Promise<void> {
  const logged = others.map(
    (one) => new Promise<void>((done) => void one.once('logged', done).once('error', () => done())),
  );
  const late = new Promise<void>((done) => void setTimeout(done, LONGEST_MS));
  const own = Promise.race([Promise.all([logger.flush(), ...logged]), late]);
  endings.add(own);
  // The others' listeners have been called when this one's is over.
  await own;
  await Promise.all(endings);
  process.exit(1);
}
