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

/**
 * Anything that can be thrown as ECS `error.*`. The stack trace holds the causes too, and the first errors of an
 * `AggregateError`. Never throws, whatever getters the value has.
 */
export function errorFields(thrown: unknown): ErrorFields {
  try {
    return describe(thrown);
  } catch {
    return { type: 'unreadable', message: 'the thrown value could not be read' };
  }
}

/** An error as ECS `error.*` and its own properties; one with a toJSON speaks for itself. */
export function spellError(error: Error): unknown {
  return typeof (error as { toJSON?: unknown }).toJSON === 'function' ? error : { ...error, ...errorFields(error) };
}

function describe(thrown: unknown): ErrorFields {
  if (!isErrorLike(thrown)) return { type: typeof thrown, message: cut(primitiveText(thrown), MAX_MESSAGE) };
  const fields: ErrorFields = { type: nameOf(thrown) };
  const code = (thrown as { code?: unknown }).code;
  if (typeof code === 'string' || typeof code === 'number') fields.code = String(code).slice(0, 256);
  fields.message = cut(String(thrown.message), MAX_MESSAGE);
  const stack = stackOf(thrown, 0, new Set());
  if (stack) fields.stack_trace = cut(stack, MAX_STACK);
  return fields;
}

function isErrorLike(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && typeof (value as { message?: unknown }).message === 'string';
}

function primitiveText(value: unknown): string {
  return typeof value === 'object' && value !== null ? (JSON.stringify(value) ?? 'object') : String(value);
}

/** `class PaymentError extends Error {}` leaves `name` at `Error`: the constructor then says more. */
function nameOf(error: Error): string {
  const own = typeof error.name === 'string' && error.name !== '' ? error.name : 'Error';
  const maker = error.constructor?.name;
  return (own === 'Error' && maker && maker !== 'Object' ? maker : own).slice(0, 256);
}

function stackOf(error: Error, depth: number, seen: Set<unknown>): string {
  seen.add(error);
  const own = typeof error.stack === 'string' ? error.stack : `${nameOf(error)}: ${error.message}`;
  if (depth >= MAX_CAUSES) return own;
  const parts = [own];
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  if (cause !== undefined && !seen.has(cause)) parts.push(`Caused by: ${inner(cause, depth, seen)}`);
  if (Array.isArray(errors)) {
    for (const one of errors.slice(0, MAX_CAUSES)) if (!seen.has(one)) parts.push(`One of: ${inner(one, depth, seen)}`);
  }
  return parts.join('\n');
}

function inner(value: unknown, depth: number, seen: Set<unknown>): string {
  return isErrorLike(value) ? stackOf(value, depth + 1, seen) : primitiveText(value);
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
