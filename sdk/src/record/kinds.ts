/**
 * What JSON has no form for, in a form that a person can read and the redactor can look into.
 */
import { types } from 'node:util';
import { className, read, readOr } from './access.js';
import { namesOf } from './names.js';

/** Bytes, or items, of a buffer that are shown. */
const HEAD = 32;
/** Beyond 2^4096 turning a BigInt into digits takes a time that grows with its square. */
const LARGEST = 1n << 4096n;
/** An object of no kind that is known here: its members are what it holds. */
export const MEMBERS = Symbol('members');

export function bigintText(value: bigint): string {
  return value < LARGEST && value > -LARGEST ? value.toString() : '[BigInt of more than 4,096 bits]';
}

/**
 * A form of lists, texts and plain objects for what is none of these; MEMBERS for any other class. What it gives is to be
 * looked into again: it may hold anything. May throw what a getter throws.
 * @param most entries of a collection that are taken
 */
export function formOf(value: object, most: number): unknown {
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return bytesText(value);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (types.isMap(value)) return mapForm(value, most);
  if (types.isSet(value)) return setForm(value, most);
  if (types.isRegExp(value)) return String(value);
  if (types.isBoxedPrimitive(value)) return boxed(value);
  if (types.isPromise(value)) return '[Promise]';
  // To look into these would be to use them up.
  if (types.isGeneratorObject(value) || types.isMapIterator(value) || types.isSetIterator(value)) return tagText(value);
  const form = byTag(value, most) ?? streamForm(value);
  if (form !== undefined) return form;
  return namesOf(value).length > 0 ? MEMBERS : tagText(value);
}

/** What holds nothing that can be seen, by what it is. */
function tagText(value: object): string {
  const tag = readOr(value, Symbol.toStringTag);
  return `[${typeof tag === 'string' && tag !== '' ? tag.slice(0, 256) : className(value)}]`;
}

/** `[Buffer, 1048576 bytes, 0707…]`; of numbers `[Float32Array, 3 items, 1, 2, 3]`. */
function bytesText(value: ArrayBufferView | ArrayBuffer | SharedArrayBuffer): string {
  const name = className(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView) && !types.isUint8Array(value)) {
    const items = value as unknown as ArrayLike<number | bigint>;
    return `[${name}, ${items.length} items${shown(Array.from({ length: Math.min(items.length, HEAD) }, (_, i) => String(items[i])).join(', '), items.length)}]`;
  }
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  const head = Buffer.from(bytes.subarray(0, HEAD)).toString('hex');
  return `[${name}, ${bytes.length} bytes${shown(head, bytes.length)}]`;
}

function shown(head: string, length: number): string {
  return length === 0 ? '' : `, ${head}${length > HEAD ? '…' : ''}`;
}

function boxed(value: object): unknown {
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return String(Symbol.prototype.valueOf.call(value));
}

/** The first entries of a collection, and how many more it has. */
export class Entries {
  constructor(
    readonly form: readonly unknown[] | Record<string, unknown>,
    readonly more: number,
  ) {}
}

/** By name, so that the redactor finds names; where keys are no names, a list of pairs. */
function mapForm(map: ReadonlyMap<unknown, unknown>, most: number): Entries {
  const entries = first(map, most);
  const names = new Set(entries.map(([key]) => (typeof key === 'object' || key === null ? key : String(key))));
  const isNamed = names.size === entries.length && [...names].every((name) => typeof name === 'string');
  return new Entries(isNamed ? named(entries) : entries, map.size - entries.length);
}

function setForm(set: ReadonlySet<unknown>, most: number): Entries {
  const items = first(set, most);
  return new Entries(items, set.size - items.length);
}

/** By `forEach`: the iterator of Node.js's Headers takes a time that grows with their square. */
function namedForm(value: Pick<URLSearchParams, 'forEach'>, most: number): Entries {
  const entries: [unknown, unknown][] = [];
  let more = 0;
  value.forEach((one, name) => {
    if (entries.length < most) entries.push([name, one]);
    else more += 1;
  });
  return new Entries(named(entries), more);
}

/** A name that comes several times has a list. */
function named(entries: Iterable<readonly [unknown, unknown]>): Record<string, unknown> {
  const form = new Map<string, unknown[]>();
  for (const [key, value] of entries) {
    const name = String(key);
    const before = form.get(name);
    if (before === undefined) form.set(name, [value]);
    else before.push(value);
  }
  return Object.fromEntries([...form].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

function first<T>(items: Iterable<T>, most: number): T[] {
  const list: T[] = [];
  for (const item of items) {
    if (list.length >= most) break;
    list.push(item);
  }
  return list;
}

/** The web's classes, whoever made them (Node.js, a polyfill, another realm). */
function byTag(value: object, most: number): unknown {
  const tag = readOr(value, Symbol.toStringTag);
  if (typeof tag !== 'string') return undefined;
  switch (tag) {
    case 'Headers':
    case 'URLSearchParams':
    case 'FormData':
      return typeof readOr(value, 'forEach') === 'function' ? namedForm(value as URLSearchParams, most) : undefined;
    case 'Blob':
    case 'File': {
      const { name, type, size } = value as { name?: unknown; type?: unknown; size?: unknown };
      return { name, type, size };
    }
    case 'Request':
    case 'Response': {
      const { method, url, status, headers } = value as Record<string, unknown>;
      return { method, url, status, headers };
    }
    case 'ReadableStream':
    case 'WritableStream':
    case 'TransformStream':
    case 'WeakRef':
      return `[${tag}]`;
    default:
      return undefined;
  }
}

const STATES = ['_readableState', '_writableState'];

/** Node's streams are mostly buffers and states; of requests and responses, what they are about. */
function streamForm(value: object): unknown {
  const isStream =
    typeof readOr(value, 'on') === 'function' &&
    (STATES.some((name) => typeof readOr(value, name) === 'object') ||
      typeof readOr(value, 'getHeaders') === 'function');
  if (!isStream) return undefined;
  const request = value as { method?: unknown; url?: unknown; headers?: unknown };
  if (typeof read(value, 'httpVersion') === 'string' && typeof request.headers === 'object') {
    const { method, url, headers } = request;
    const { statusCode } = value as { statusCode?: unknown };
    return withoutNothing({ method, url, statusCode, headers });
  }
  const response = value as { statusCode?: unknown; getHeaders?: () => unknown };
  if (typeof response.getHeaders === 'function') {
    const { method, path } = value as { method?: unknown; path?: unknown };
    return withoutNothing({ method, path, statusCode: response.statusCode, headers: response.getHeaders() });
  }
  const path = readOr(value, 'path');
  return typeof path === 'string' ? `[${className(value)} ${path}]` : `[${className(value)}]`;
}

function withoutNothing(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
