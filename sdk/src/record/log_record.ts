import { LEVEL, SPLAT } from 'triple-beam';
import { copyMembers, isError, merged, readOr, UNREADABLE } from './access.js';
import { fieldsOf, readArguments, type Said } from './arguments.js';
import { errorForm } from './error_fields.js';
import { type Info, readInfo } from './info.js';
import { knownLevel, type Level, UNKNOWN } from './levels.js';
import { spell } from './spell.js';

/** One line, whichever way it came in: what everything behind the logger is given. */
export interface LogRecord {
  /** By its name: one of syslog's, or that of the application, which nobody else knows. */
  level: string;
  /** What the level counts as. */
  severity: Level;
  message: string;
  /** Nested ECS fields or anything else, as the application gave them; errors are laid out as `error.*`. */
  fields: Readonly<Record<string, unknown>> | undefined;
}

/** What stands under the fields of a line, the outermost first: `defaultMeta`, then children. */
export type Under = readonly (object | undefined)[];

/** A level by a name that somebody gave it. */
export function levelOf(name: unknown): Pick<LogRecord, 'level' | 'severity'> {
  const known = knownLevel(name);
  if (known !== undefined) return { level: known, severity: known };
  const own = typeof name === 'string' ? name.trim().slice(0, 256) : '';
  return { level: own === '' ? UNKNOWN : own, severity: UNKNOWN };
}

/** `log.info(…)`, `log.log('info', …)`. Pure; what is given is not changed, and is not read deeper than it must. */
export function recordOfCall(level: unknown, given: readonly unknown[], under: Under): LogRecord {
  const named = levelOf(level);
  if (under.length === 0 && isOrdinary(given)) {
    const [message, fields] = given;
    return { level: named.level, severity: named.severity, message, fields };
  }
  if (under.length === 0 && isTextAndError(given)) {
    const [message, error] = given;
    return { level: named.level, severity: named.severity, message, fields: { error: errorForm(error) } };
  }
  return finish(named, readArguments(given), under);
}

/** A text, and fields of which none means more than itself: nothing is to be done. */
function isOrdinary(given: readonly unknown[]): given is [string, Record<string, unknown> | undefined] {
  const [text, fields] = given;
  if (given.length > 2 || typeof text !== 'string') return false;
  if (fields === undefined) return true;
  if (typeof fields !== 'object' || fields === null || text.includes('%')) return false;
  try {
    if (Object.getPrototypeOf(fields) !== Object.prototype) return false;
    const { message, err, error, toJSON } = fields as Record<string, unknown>;
    return message === undefined && err === undefined && toJSON === undefined && !isError(error);
  } catch {
    return false;
  }
}

/** The usual call for an error. */
function isTextAndError(given: readonly unknown[]): given is [string, Error] {
  const [text, error] = given;
  return given.length === 2 && typeof text === 'string' && !text.includes('%') && isError(error);
}

/** `log.log({ level, message, … })`, `log.write({ … })`: also a text alone, or an error. As {@link recordOfCall}. */
export function recordOfEntry(entry: unknown, under: Under): LogRecord {
  const { level, given } = callOfEntry(entry);
  return recordOfCall(level, given, under);
}

/** The call that says the same as an entry. */
export function callOfEntry(entry: unknown): { level: unknown; given: readonly unknown[] } {
  if (isError(entry)) return { level: readOr(entry, LEVEL) ?? 'error', given: [entry] };
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry) || ArrayBuffer.isView(entry)) {
    const text = ArrayBuffer.isView(entry)
      ? Buffer.from(entry as Uint8Array)
          .toString()
          .trimEnd()
      : entry;
    return { level: 'info', given: [text] };
  }
  const level = readOr(entry, LEVEL) ?? readOr(entry, 'level');
  const splat = readOr(entry, SPLAT);
  const fields: Record<string, unknown> = {};
  copyMembers(fields, jsonOf(entry), LEVEL_NAME);
  const { message, ...others } = fields;
  const rest = Array.isArray(splat) ? splat : [];
  if (typeof message === 'string' && rest.length > 0) return { level, given: [message, ...rest, others] };
  return { level, given: [fields, ...rest] };
}

const LEVEL_NAME = new Set(['level']);

/** What winston, or a format, made of a line. */
export function recordOfInfo(info: Info): LogRecord {
  const { level: shown } = info;
  const sorted = info[LEVEL] ?? shown;
  const { level, severity } = levelOf(shown);
  const known = knownLevel(sorted);
  // A format may have dressed the level's name up: `info` in colours is `info`.
  const isDressed = typeof shown === 'string' && shown.includes(String(sorted));
  const isKept = known !== undefined && (isDressed || isField(info, shown));
  return finish({ level: isKept ? known : level, severity: known ?? severity }, readInfo(info), []);
}

/** winston's splat lays a field called `level` over the line's own. */
function isField(info: Info, level: unknown): boolean {
  const splat = info[SPLAT];
  const meta: unknown = Array.isArray(splat) ? splat[0] : undefined;
  return typeof meta === 'object' && meta !== null && readOr(meta, 'level') === level;
}

function finish(level: Pick<LogRecord, 'level' | 'severity'>, said: Said, under: Under): LogRecord {
  const own = fieldsOf(said, errorForm);
  const around = under.some((one) => one !== undefined);
  const fields = around ? merged(...under.map((one) => one && jsonOf(one)), own) : own;
  return { ...level, message: said.message, fields };
}

/** Fields that speak for themselves by toJSON are taken at their word, like everything else. */
function jsonOf(fields: object): object {
  const toJson = readOr(fields, 'toJSON');
  if (typeof toJson !== 'function') return fields;
  try {
    const form: unknown = toJson.call(fields, '');
    return typeof form === 'object' && form !== null ? form : { value: spell(form) };
  } catch {
    return { fields: UNREADABLE };
  }
}
