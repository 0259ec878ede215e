import { className, copyMembers, isError, put, readOr } from './access.js';
import { bigintText } from './kinds.js';
import { Plain } from './plain.js';

/** ECS `error.*`. */
export interface ErrorFields {
  type?: string;
  code?: string;
  message?: string;
  stack_trace?: string;
}

/** The longest stack that goes into an event, causes included, in UTF-16 units. */
export const MAX_STACK = 16_384;
const MAX_MESSAGE = 4096;
const MAX_CAUSES = 5;
/** What ECS names of an error, and so no member of its own may stand there. */
const ECS_NAMES = ['type', 'code', 'message', 'stack_trace'] as const;
/** Members of an error that are told as one of those. */
const TOLD = new Set(['message', 'stack', 'cause', 'errors', 'name']);

/**
 * Anything that can be thrown as ECS `error.*`. The stack trace holds the causes too, and the first errors of an
 * `AggregateError`. Never throws, whatever getters the value has.
 */
export function errorFields(thrown: unknown): ErrorFields {
  if (!isErrorLike(thrown)) return { type: typeof thrown, message: cut(valueText(thrown), MAX_MESSAGE) };
  const fields: ErrorFields = { type: typeOf(thrown) };
  const code = readOr(thrown, 'code');
  if (typeof code === 'string' || typeof code === 'number') fields.code = String(code).slice(0, 256);
  fields.message = cut(messageOf(thrown), MAX_MESSAGE);
  const stack = stackOf(thrown, 0, new Set());
  if (stack) fields.stack_trace = cut(stack, MAX_STACK);
  return fields;
}

/**
 * An error as ECS `error.*` with the members that its maker gave it (`errno`, `path`, `status` …), as they are. One with a
 * `toJSON` chooses them by that. A member whose name ECS uses otherwise stands in `properties`. Causes, and the members of
 * an AggregateError, follow as `cause` and `errors` without their stacks, which the stack trace holds.
 */
export function errorForm(error: Error): Record<string, unknown> {
  return { ...errorFields(error), ...rest(error, 0, new Set()) };
}

/** What stands beside ECS's names. */
function rest(error: Error, depth: number, above: Set<unknown>): Record<string, unknown> {
  const form: Record<string, unknown> = {};
  copyMembers(form, chosen(error), TOLD);
  const properties: Record<string, unknown> = {};
  for (const name of ECS_NAMES) {
    if (!(name in form)) continue;
    const isTold = name === 'code' && (typeof form[name] === 'string' || typeof form[name] === 'number');
    if (!isTold) put(properties, name, form[name]);
    delete form[name];
  }
  if (Object.keys(properties).length > 0) form.properties = properties;
  if (depth >= MAX_CAUSES) return form;
  above.add(error);
  const cause = readOr(error, 'cause');
  if (cause !== undefined && !above.has(cause)) form.cause = innerForm(cause, depth, above);
  const errors = readOr(error, 'errors');
  if (Array.isArray(errors)) {
    const first = errors.slice(0, MAX_CAUSES).filter((one) => !above.has(one));
    if (first.length > 0) form.errors = first.map((one) => innerForm(one, depth, above));
  }
  above.delete(error);
  return form;
}

function innerForm(value: unknown, depth: number, above: Set<unknown>): unknown {
  if (!isError(value)) return value;
  const { stack_trace: _told, ...fields } = errorFields(value);
  return { ...fields, ...rest(value, depth + 1, above) };
}

/** What an error tells of itself by toJSON, or else its own members. */
function chosen(error: Error): object {
  const toJson = readOr(error, 'toJSON');
  if (typeof toJson !== 'function') return error;
  try {
    const told: unknown = toJson.call(error, '');
    return typeof told === 'object' && told !== null ? told : {};
  } catch {
    return {};
  }
}

function isErrorLike(value: unknown): value is Error {
  return (
    isError(value) || (typeof value === 'object' && value !== null && typeof readOr(value, 'message') === 'string')
  );
}

function messageOf(error: Error): string {
  const message = readOr(error, 'message');
  return typeof message === 'string' ? message : valueText(message);
}

function valueText(value: unknown): string {
  if (typeof value === 'bigint') return bigintText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(new Plain(MAX_MESSAGE, messageOf).value(value)) ?? `[${className(value)}]`;
}

/** `class PaymentError extends Error {}` leaves `name` at `Error`: the constructor then says more. */
function typeOf(error: Error): string {
  const name = readOr(error, 'name');
  const own = typeof name === 'string' && name !== '' ? name : 'Error';
  const maker = className(error);
  return (own === 'Error' && maker !== 'Object' ? maker : own).slice(0, 256);
}

function stackOf(error: Error, depth: number, seen: Set<unknown>): string {
  seen.add(error);
  const stack = readOr(error, 'stack');
  const own = typeof stack === 'string' ? stack : `${typeOf(error)}: ${messageOf(error)}`;
  if (depth >= MAX_CAUSES) return own;
  const parts = [cut(own, MAX_STACK)];
  const cause = readOr(error, 'cause');
  const errors = readOr(error, 'errors');
  if (cause !== undefined && !seen.has(cause)) parts.push(`Caused by: ${inner(cause, depth, seen)}`);
  if (Array.isArray(errors)) {
    for (const one of errors.slice(0, MAX_CAUSES)) if (!seen.has(one)) parts.push(`One of: ${inner(one, depth, seen)}`);
  }
  return parts.join('\n');
}

function inner(value: unknown, depth: number, seen: Set<unknown>): string {
  return isErrorLike(value) ? stackOf(value, depth + 1, seen) : cut(valueText(value), MAX_MESSAGE);
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
