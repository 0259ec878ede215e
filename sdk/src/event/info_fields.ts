import { LEVEL, MESSAGE, SPLAT } from 'triple-beam';
import { errorFields } from '../error_fields.js';
import { hasTokens, withArguments } from './arguments.js';

const THROWN = Symbol('the error that this info was');

/** An info with a child logger's fields; an error becomes what winston makes of it, and is kept. */
export function withDefaults(defaults: object, info: Info): Info {
  const all: Info = { ...defaults, ...info };
  if (info instanceof Error) Object.assign(all, { stack: info.stack, message: info.message, [THROWN]: info });
  return all;
}

/** What winston hands to a transport. */
export interface Info {
  level: string;
  message: unknown;
  [LEVEL]?: string;
  [MESSAGE]?: string;
  [SPLAT]?: unknown[];
  [THROWN]?: Error;
  [name: string | symbol]: unknown;
}

export interface Plain {
  message: string;
  fields: Record<string, unknown> | undefined;
}

/** Takes winston's info apart: the message, and the fields that the application gave, errors as ECS `error.*`. */
export function plainOf(info: Info): Plain {
  if (info instanceof Error) return ofError(info, info);
  const thrown = info[THROWN];
  if (thrown !== undefined) {
    const { stack: _stack, ...rest } = info;
    return ofError(thrown, rest as Info);
  }
  const { message } = info;
  const given = info[SPLAT] ?? [];
  if (message instanceof Error) return takeIn(ofError(message, info), given, true);
  const text = asText(message);
  const [first] = given;
  if (first instanceof Error && !hasTokens(text)) return takeIn(withError(info, first), given.slice(1), false);
  return takeIn({ message: text, fields: pick(info) }, given, true);
}

/** The arguments behind the text, as far as neither winston nor a format has taken them in. */
function takeIn(plain: Plain, given: readonly unknown[], firstIsMerged: boolean): Plain {
  if (given.length === 0) return plain;
  const { message, fields: further, errors } = withArguments(plain.message, given, firstIsMerged);
  const fields = { ...plain.fields, ...further };
  // The one name that winston overwrites when it merges the first object.
  const [first] = given as [{ level?: unknown } | undefined];
  // winston makes fields 0, 1, 2 … of a list.
  if (firstIsMerged && Array.isArray(first)) for (const index of first.keys()) delete fields[index];
  if (firstIsMerged && isObject(first) && first.level !== undefined) fields['level'] = first.level;
  for (const one of errors.map(errorFields)) {
    if (fields['error'] === undefined) fields['error'] = one;
    else fields['errors'] = [...((fields['errors'] as unknown[] | undefined) ?? []), one];
  }
  return { message, fields: Object.keys(fields).length === 0 ? undefined : fields };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function ofError(error: Error, info: Info): Plain {
  const fields = info === (error as unknown) ? {} : (pick(info) ?? {});
  fields.error = errorFields(error);
  return { message: error.message, fields };
}

/** `log.error('failed', error)`: winston appends the error's message to ours and copies its properties into the info. */
function withError(info: Info, error: Error): Plain {
  const suffix = ` ${error.message}`;
  const text = asText(info.message);
  const fields = pick(info, new Set([...Object.keys(error), 'stack', 'cause'])) ?? {};
  fields.error = errorFields(error);
  return { message: text.endsWith(suffix) ? text.slice(0, -suffix.length) : text, fields };
}

function pick(info: Info, without?: ReadonlySet<string>): Record<string, unknown> | undefined {
  let fields: Record<string, unknown> | undefined;
  for (const key of Object.keys(info)) {
    if (key === 'level' || key === 'message' || without?.has(key)) continue;
    const value = info[key];
    if (value === undefined) continue;
    fields ??= {};
    if ((key === 'err' || key === 'error') && value instanceof Error) fields.error = errorFields(value);
    else fields[key] = value;
  }
  return fields;
}

function asText(message: unknown): string {
  if (typeof message === 'string') return message;
  if (message === undefined || message === null) return '';
  if (typeof message !== 'object') return String(message);
  try {
    return JSON.stringify(message) ?? '';
  } catch {
    return '[unreadable]';
  }
}
