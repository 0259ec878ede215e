import { createHash } from 'node:crypto';
import { type FieldNode, fieldTree } from '../elasticsearch/fields';
import { isObject, type Json, type JsonObject } from './shape/shaped';
import { isIsoTime } from './shape/times';

const TREE = fieldTree();
/** `rota.extra` is `flattened`: Elasticsearch refuses a document whose extra is nested deeper than 20. */
const EXTRA_DEPTH = 12;
const KEY_LENGTH = 200;
/** Elasticsearch takes 10,000 nested objects a document; a request has a handful of attempts. */
const NESTED_LENGTH = 200;
const TEXTS: ReadonlySet<FieldNode['type']> = new Set(['keyword', 'long_keyword', 'stored', 'text', 'ip']);

/**
 * Makes a document one that Elasticsearch takes: what is not in the field table, or is there with another shape (an
 * object where text belongs), moves to `rota.extra` under its own name; so does a dotted name, which to Elasticsearch would be
 * the same field once more (shape/fold_dotted.ts comes before). Changes `doc` in place and returns it.
 */
export function conform(doc: JsonObject): JsonObject {
  let extra = sift(doc, TREE);
  if (isNotDate(doc['@timestamp'])) {
    if (doc['@timestamp'] !== undefined) extra = moved(extra, '@timestamp', doc['@timestamp']);
    doc['@timestamp'] = new Date().toISOString();
  }
  if (extra) addExtra(doc, extra);
  return doc;
}

function addExtra(doc: JsonObject, found: JsonObject): void {
  let rota = doc['rota'];
  if (!isObject(rota)) {
    rota = {};
    doc['rota'] = rota;
  }
  const before = rota['extra'];
  rota['extra'] = flattenable({ ...found, ...(isObject(before) ? before : {}) }, EXTRA_DEPTH) as JsonObject;
}

/** Takes what does not fit out of `object`. @returns that, by its names; undefined when all fits, as it mostly does */
function sift(object: JsonObject, node: FieldNode): JsonObject | undefined {
  let extra: JsonObject | undefined;
  for (const name in object) {
    const value = object[name]!;
    const child = node.children?.get(name);
    // Most of what comes is text where text belongs.
    if (child && typeof value === 'string' && TEXTS.has(child.type)) continue;
    if (child && fits(value, child)) {
      if (value === null) continue;
      if (child.type === 'flattened') object[name] = flattenable(value, EXTRA_DEPTH);
      else if (child.type === 'object') {
        const deeper = sift(value as JsonObject, child);
        if (deeper) extra = moved(extra, name, deeper);
      }
      continue;
    }
    extra = moved(extra, name, value);
    delete object[name];
  }
  return extra;
}

function moved(extra: JsonObject | undefined, name: string, value: Json): JsonObject {
  // Without a prototype: a field may be called __proto__.
  const found = extra ?? (Object.create(null) as JsonObject);
  found[name] = value;
  return found;
}

function fits(value: Json, node: FieldNode): boolean {
  if (value === null) return true;
  switch (node.type) {
    case 'object':
    case 'flattened':
      return isObject(value);
    case 'nested':
      return isObject(value) ? fitsNested(value, node) : Array.isArray(value) && fitsAllNested(value, node);
    default:
      return Array.isArray(value) ? value.every((one) => fitsLeaf(one, node)) : fitsLeaf(value, node);
  }
}

function fitsAllNested(values: Json[], node: FieldNode): boolean {
  return values.length <= NESTED_LENGTH && values.every((one) => isObject(one) && fitsNested(one, node));
}

function fitsNested(value: JsonObject, node: FieldNode): boolean {
  return Object.entries(value).every(([name, one]) => {
    const child = node.children?.get(name);
    return child !== undefined && fits(one, child);
  });
}

/** Numbers and dates in text are Elasticsearch's own affair (`ignore_malformed`); objects and booleans are not. */
function fitsLeaf(value: Json, node: FieldNode): boolean {
  if (value === null) return true;
  switch (node.type) {
    case 'boolean':
      return typeof value === 'boolean' || value === 'true' || value === 'false';
    case 'long':
      return typeof value === 'number' ? Number.isSafeInteger(value) : isWholeNumber(value);
    case 'double':
      return typeof value === 'number' || (typeof value === 'string' && value !== '' && Number.isFinite(Number(value)));
    case 'date':
      return !isNotDate(value);
    case 'ip':
      return typeof value === 'string';
    case 'stored':
      return typeof value === 'string';
    default:
      return typeof value !== 'object';
  }
}

function isWholeNumber(value: Json): boolean {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value);
}

function isNotDate(value: Json | undefined): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value) || Math.abs(value) > 8e15;
  return typeof value !== 'string' || !isIsoTime(value);
}

/** What a `flattened` field takes: bounded depth, keys without NUL and of bounded length. */
function flattenable(value: Json, depth: number): Json {
  if (typeof value === 'string' || typeof value !== 'object' || value === null) return value;
  if (depth === 0) return JSON.stringify(value);
  if (Array.isArray(value)) return value.map((one) => flattenable(one, depth - 1));
  const safe = Object.create(null) as JsonObject;
  for (const [name, one] of Object.entries(value)) safe[safeKey(name)] = flattenable(one, depth - 1);
  return safe;
}

function safeKey(name: string): string {
  const key = name.replaceAll('\0', '\\0') || '_empty';
  if (key.length <= KEY_LENGTH) return key;
  // Two long keys with the same beginning must not become one.
  return `${key.slice(0, KEY_LENGTH)}~${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
}
