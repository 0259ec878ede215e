import { LEVEL, MESSAGE, SPLAT } from 'triple-beam';
import { errorFields } from '../error_fields.js';

/** What winston hands to a transport. */
export interface Info {
  level: string;
  message: unknown;
  [LEVEL]?: string;
  [MESSAGE]?: string;
  [SPLAT]?: unknown[];
  [name: string | symbol]: unknown;
}

export interface Plain {
  message: string;
  fields: Record<string, unknown> | undefined;
}

/** Takes winston's info apart: the message, and the fields that the application gave, errors as ECS `error.*`. */
export function plainOf(info: Info): Plain {
  if (info instanceof Error) return ofError(info, info);
  const { message } = info;
  if (message instanceof Error) return ofError(message, info);
  const splat = info[SPLAT];
  const given = splat?.[0];
  if (given instanceof Error) return withError(info, given);
  return { message: asText(message), fields: pick(info) };
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
