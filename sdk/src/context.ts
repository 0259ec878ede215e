import { AsyncLocalStorage } from 'node:async_hooks';
import { isPlain, merged, read } from './record/access.js';
import { namesOf } from './record/names.js';

/** ECS fields as nested objects, e.g. `{ http: { request: { id: '…' } }, trace: { id: '…' } }`. */
export type ContextFields = { readonly [name: string]: unknown };

/** What is known about the work in hand: the fields that every line logged inside it carries. */
export interface LogContext {
  /** Nested ECS fields; a new object whenever they change, so a reader may keep what it was given. */
  fields: ContextFields;
  /** The request that this work is part of, as the request logger knows it. */
  request?: object;
}

/**
 * `rota-sdk` and `rota-sdk/http` are separate bundles, each of them in an ESM and a CommonJS form, and one process may
 * load several of the four. They must see one and the same store, so it hangs on a registered symbol.
 */
const KEY = Symbol.for('rota-sdk.context.1');
const shared = globalThis as { [KEY]?: AsyncLocalStorage<LogContext> };
if (!shared[KEY]) {
  Object.defineProperty(shared, KEY, { value: new AsyncLocalStorage<LogContext>() });
}
const storage = shared[KEY] as AsyncLocalStorage<LogContext>;

/** The context this code runs in, if any. */
export function currentContext(): LogContext | undefined {
  return storage.getStore();
}

/** The fields that a line logged now should carry; undefined outside any context. Never change what it returns. */
export function currentFields(): ContextFields | undefined {
  return storage.getStore()?.fields;
}

/**
 * Runs `work` so that every line logged inside it, also after awaits and in timers, carries `fields`, on top of those
 * of the context around it. Returns what `work` returns.
 *
 * @param fields nested ECS fields, e.g. `{ labels: { job: 'nightly' } }`
 */
export function runWithContext<T>(fields: ContextFields, work: () => T): T {
  const around = storage.getStore();
  return storage.run({ fields: mergeFields(around?.fields, fields), request: around?.request }, work);
}

/** As {@link runWithContext}, with a context that was made before: how listeners of a request get back into it. */
export function runInContext<T>(context: LogContext, work: () => T): T {
  return storage.run(context, work);
}

/**
 * Adds fields to the context this code runs in: from here on every line of the request carries them, its access event
 * too. Outside any context it does nothing and returns false.
 */
export function addToContext(fields: ContextFields): boolean {
  const context = storage.getStore();
  if (!context) return false;
  context.fields = mergeFields(context.fields, fields);
  return true;
}

/** Runs `work` in no context: for an event that has all its fields already. */
export function runWithoutContext<T>(work: () => T): T {
  return (storage as AsyncLocalStorage<LogContext | undefined>).run(undefined, work);
}

/** `over` laid on `under`, plain objects merged to any depth, neither of them changed. */
export function mergeFields(under: ContextFields | undefined, over: ContextFields): ContextFields {
  if (!under) return over;
  const both = merged(under, over);
  for (const name of namesOf(under)) {
    if (name === '__proto__' || !Object.hasOwn(over, name)) continue;
    const below = read(under, name);
    const above = both[name];
    if (isPlain(below) && isPlain(above)) both[name] = mergeFields(below, above);
  }
  return both;
}
