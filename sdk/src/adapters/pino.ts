/**
 * pino's lines as events: a transport (`pino.transport({ target: 'rota-sdk/pino' })`, in a worker thread) and a stream
 * (`pino(pinoStream({ … }))`, in this one).
 */

import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { withContext } from '../event/context_fields.js';
import { createLogger } from '../logger.js';
import type { LoggerOptions } from '../logger_options.js';
import type { Logger } from '../logger_types.js';
import { merged } from '../record/access.js';
import { recordOfEntry } from '../record/log_record.js';
import type { WinstonLogger } from '../winston_logger.js';
import { keepAside } from './keep_aside.js';

export type PinoOptions = Omit<LoggerOptions, 'level' | 'format' | 'transports' | 'defaultMeta' | 'silent'> & {
  /** What pino's option `messageKey` says. */
  messageKey?: string;
  /** What pino's option `errorKey` says. */
  errorKey?: string;
};

/** A stream for pino that knows what became of its lines. */
export interface PinoStream extends Writable, Pick<Logger, 'stats' | 'ready' | 'flush'> {}

/** A line without an end is none: whoever writes so much has lost his place. */
const LONGEST_LINE = 64 * 1024 * 1024;
type Line = Record<string, unknown>;

/**
 * A destination for pino in this thread. Its lines carry the request's ids and the active span.
 * @throws ConfigurationError with a code `ROTA_CONFIG_*`
 */
export function pinoStream(options: PinoOptions = {}): PinoStream {
  const { messageKey = 'msg', errorKey = 'err', ...own } = options;
  const logger = createLogger({ ...own, level: 'debug' });
  const { engine } = logger as unknown as WinstonLogger;
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) {
      lines.push(rest);
      rest = '';
    }
    for (const line of lines) if (line !== '') engine.log(recordOfEntry(entryOf(line, messageKey, errorKey), []));
  };
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: Buffer | string, _encoding, done) {
      take(typeof chunk === 'string' ? chunk : decoder.write(chunk));
      engine.ready().then(() => done(), done);
    },
    final(done) {
      take(`${decoder.end()}\n`);
      logger.close().then(() => done(), done);
    },
  });
  return Object.assign(stream, {
    stats: () => logger.stats(),
    ready: () => logger.ready(),
    flush: (flushing?: { timeoutMs?: number }) => logger.flush(flushing),
  });
}

/** What pino calls in the worker thread of `pino.transport()`. */
export default function transport(options: PinoOptions): PinoStream {
  // pino adds what concerns itself (`$context`), which is no option of ours.
  const own = Object.entries(options).filter(([name]) => !name.startsWith('$') && name !== 'pinoWillSendConfig');
  return pinoStream(Object.fromEntries(own));
}

/**
 * pino's option `mixin` for the transport, whose thread knows no request: the ids of the request and of the active span, as
 * fields of the line.
 */
export function pinoMixin(): object {
  return withContext(undefined) ?? {};
}

/** One line of pino as an entry of winston's kind: `{ level, message, '@timestamp', … }`. */
function entryOf(line: string, messageKey: string, errorKey: string): Line {
  const read = parsed(line);
  if (read === undefined) return { level: 'info', message: line };
  const { level, time, pid, hostname, reqId, [messageKey]: message, [errorKey]: error, ...fields } = read;
  const entry: Line = merged(fields);
  entry.level = level;
  setMessage(entry, message);
  if (time !== undefined) entry['@timestamp'] = time;
  // As pino's `base` says it, where that is not this process.
  if (pid !== undefined && pid !== process.pid) entry['process.pid'] = pid;
  if (hostname !== undefined) entry['host.name'] = hostname;
  // Fastify's id of the request.
  if (reqId !== undefined) entry['http.request.id'] = String(reqId);
  if (error !== undefined) {
    keepAside(entry, 'error');
    entry.error = errorOf(error);
  }
  return entry;
}

/** A field called `message` is the text where pino says none (its `messageKey` may be that), and follows it otherwise. */
function setMessage(entry: Line, message: unknown): void {
  const field = entry.message;
  if (message === undefined) entry.message = field ?? '';
  else if (typeof field === 'string') entry.message = `${message} ${field}`;
  else {
    keepAside(entry, 'message');
    entry.message = message;
  }
}

function parsed(line: string): Line | undefined {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Line) : undefined;
  } catch {
    return undefined;
  }
}

/** pino's serialised error, `{ type, message, stack, … }`, by ECS's names. */
function errorOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { stack, aggregateErrors, ...own } = error as Line;
  return {
    ...own,
    ...(typeof stack === 'string' ? { stack_trace: stack } : {}),
    ...(aggregateErrors === undefined ? {} : { errors: aggregateErrors }),
  };
}
