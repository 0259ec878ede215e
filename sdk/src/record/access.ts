/**
 * Reading what an application gave, whatever it is: getters and proxies may throw, and nothing is written to.
 */
import { types } from 'node:util';
import { isCopy, NOT_LISTED, namesOf, UNLISTED } from './names.js';

/** An object with more members than this is not read to its end: an event would not hold them. */
const MAX_MEMBERS = 10_000;
const MANY = 64;
/** Where a member stands for all that were left out. */
export const REST = '…';
export const UNREADABLE = '[unreadable]';

/** What stands under a name; `[unreadable]` where reading it throws. */
export function read(object: object, name: PropertyKey): unknown {
  try {
    return (object as Record<PropertyKey, unknown>)[name];
  } catch {
    return UNREADABLE;
  }
}

/** As `read`, where a member that cannot be read counts as one that is not there. */
export function readOr(object: object, name: PropertyKey): unknown {
  try {
    return (object as Record<PropertyKey, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** `fields` in one new object, the later over the earlier. */
export function merged(...fields: readonly (object | undefined)[]): Record<string, unknown> {
  const into: Record<string, unknown> = {};
  for (const one of fields) if (one !== undefined) copyMembers(into, one);
  return into;
}

/** A copy of an object without some of its members. */
export function without(object: object, names: ReadonlySet<string>): Record<string, unknown> {
  const into: Record<string, unknown> = {};
  copyMembers(into, object, names);
  return into;
}

/** Copies what `from` holds of its own, as far as it can be read, and at most MAX_MEMBERS of it. */
export function copyMembers(into: Record<string, unknown>, from: object, without?: ReadonlySet<string>): void {
  const names = isIndexed(from) ? null : namesOf(from);
  const length = names === null ? (from as ArrayLike<unknown>).length : names.length;
  const end = Math.min(length, MAX_MEMBERS);
  for (let i = 0; i < end; i += 1) {
    const name = names === null ? String(i) : (names[i] as string);
    if (without?.has(name) !== true) put(into, name, read(from, name));
  }
  if (end < length) into[REST] = `${length - end} more`;
  else if (names === UNLISTED) into[REST] = NOT_LISTED;
  if (end > MANY) isCopy(into);
}

/** Lists and bytes: a name for each of a million items would take longer than all else. */
export function isIndexed(from: object): boolean {
  return Array.isArray(from) || (ArrayBuffer.isView(from) && !(from instanceof DataView));
}

/** As an own property always, so that a member named `__proto__` is just a member. */
export function put(into: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') into[name] = value;
  else Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
}

/** An error by its internal slot, so that one of another realm (node:vm, Jest) is one too, or by its class. */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}

/** An object of no class: `{}` of this realm or another, or without a prototype. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return true;
    // Of another realm: the root of its own chain, by the name that every root bears.
    return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty');
  } catch {
    return false;
  }
}

/** The name of an object's class, as far as it has one. */
export function className(value: object): string {
  const maker = readOr(value, 'constructor');
  const name = typeof maker === 'function' ? readOr(maker, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? name.slice(0, 256) : 'Object';
}
