import { className, copyMembers, isError, isPlain, merged, read, readOr } from './access.js';
import { bigintText } from './kinds.js';
import { namesOf } from './names.js';
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
/** How deep causes are followed, and how many errors are told in all. */
const MAX_DEPTH = 8;
const MAX_ERRORS = 32;
/** Members of an error that are told under ECS's names, or as its causes. */
const TOLD = new Set(['message', 'stack', 'cause', 'errors', 'name', 'type', 'code', 'stack_trace']);

/** One walk through an error and its causes. */
interface Walk {
  left: number;
  readonly above: unknown[];
}

/**
 * Anything that can be thrown as ECS `error.*`. The stack trace holds the causes too, and the first errors of an
 * `AggregateError`. Never throws, whatever getters the value has.
 */
export function errorFields(thrown: unknown): ErrorFields {
  if (!isErrorLike(thrown)) return { type: typeof thrown, message: cut(valueText(thrown), MAX_MESSAGE) };
  const fields = head(thrown);
  const stack = stackOf(thrown, { left: MAX_ERRORS, above: [] });
  if (stack) fields.stack_trace = cut(stack, MAX_STACK);
  return fields;
}

/** What an error is in ECS's words, without its stack. */
function head(error: Error): ErrorFields & Record<string, unknown> {
  const code = readOr(error, 'code');
  const type = typeOf(error);
  const message = cut(messageOf(error), MAX_MESSAGE);
  if (typeof code !== 'string' && typeof code !== 'number') return { type, message };
  return { type, code: String(code).slice(0, 256), message };
}

/**
 * An error as ECS `error.*` with the members that its maker gave it (`errno`, `path`, `status` …), as they are. One with a
 * `toJSON` chooses them by that. A member whose name ECS uses otherwise stands in `properties`. Causes, and the members of
 * an AggregateError, follow as `cause` and `errors` without their stacks, which the stack trace holds.
 */
export function errorForm(error: Error): Record<string, unknown> {
  const form: Record<string, unknown> = errorFields(error) as Record<string, unknown>;
  addOwn(form, error, { left: MAX_ERRORS, above: [] });
  return form;
}

/** Adds what stands beside ECS's names. */
function addOwn(form: Record<string, unknown>, error: Error, walk: Walk): void {
  const own = chosen(error);
  copyMembers(form, own, TOLD);
  const misnamed = namesOf(own).filter((name) => isMisnamed(own, name));
  if (misnamed.length > 0) form.properties = withMembers(form.properties, own, misnamed);
  walk.left -= 1;
  if (walk.above.length >= MAX_DEPTH) return;
  walk.above.push(error);
  const cause = readOr(error, 'cause');
  if (cause !== undefined && !walk.above.includes(cause)) form.cause = innerForm(cause, walk);
  const errors = readOr(error, 'errors');
  if (!Array.isArray(errors)) {
    if (errors !== undefined) form.errors = errors;
  } else if (errors.length > 0) form.errors = each(errors, walk, (one) => innerForm(one, walk));
  walk.above.pop();
}

function isMisnamed(own: object, name: string): boolean {
  if (name === 'type' || name === 'stack_trace') return true;
  if (name !== 'code') return false;
  const code = readOr(own, name);
  return typeof code !== 'string' && typeof code !== 'number';
}

function withMembers(given: unknown, own: object, names: readonly string[]): Record<string, unknown> {
  const members = isPlain(given) ? merged(given) : given === undefined ? {} : { properties: given };
  for (const name of names) members[name] = read(own, name);
  return members;
}

function innerForm(value: unknown, walk: Walk): unknown {
  if (!isError(value)) return value;
  const form = head(value);
  addOwn(form, value, walk);
  return form;
}

/** What becomes of the first errors of a list; those around it are told already. */
function each<T>(errors: readonly unknown[], walk: Walk, of: (error: unknown) => T): (T | string)[] {
  const all: (T | string)[] = [];
  for (let i = 0; i < errors.length; i += 1) {
    if (walk.left <= 0) {
      all.push(`… ${errors.length - i} more`);
      break;
    }
    const one = read(errors, i);
    if (walk.above.includes(one)) continue;
    all.push(of(one));
    if (!isError(one)) walk.left -= 1;
  }
  return all;
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
  const message = read(error, 'message');
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

function stackOf(error: Error, walk: Walk): string {
  walk.left -= 1;
  const stack = readOr(error, 'stack');
  const own = cut(typeof stack === 'string' ? stack : `${typeOf(error)}: ${messageOf(error)}`, MAX_STACK);
  const cause = readOr(error, 'cause');
  const errors = readOr(error, 'errors');
  if ((cause === undefined && !Array.isArray(errors)) || walk.above.length >= MAX_DEPTH) return own;
  walk.above.push(error);
  let text = own;
  if (cause !== undefined && !walk.above.includes(cause)) text += `\nCaused by: ${inner(cause, walk)}`;
  if (Array.isArray(errors)) {
    for (const one of each(errors, walk, (member) => inner(member, walk))) text += `\nOne of: ${one}`;
  }
  walk.above.pop();
  return text;
}

function inner(value: unknown, walk: Walk): string {
  return isErrorLike(value) ? stackOf(value, walk) : cut(valueText(value), MAX_MESSAGE);
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
