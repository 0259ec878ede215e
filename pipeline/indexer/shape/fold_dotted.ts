import { type FieldNode, fieldTree } from '../../elasticsearch/fields';
import { isObject, type Json, type JsonObject } from './shaped';

const TREE = fieldTree();

/**
 * Gives each field one place: `"log.level"` and `"log": {"level"}` are the same field to Elasticsearch, which takes both and
 * has two values then (ecs-logging writes dotted names, others objects). Changes `doc` in place; names that are not in the field table stay as
 * they are.
 * @returns what would be a field's second value, by its dotted name; undefined when there is none
 */
export function foldDotted(doc: JsonObject): JsonObject | undefined {
  const second: JsonObject = Object.create(null) as JsonObject;
  fold(doc, TREE, '', second);
  return Object.keys(second).length > 0 ? second : undefined;
}

function fold(object: JsonObject, node: FieldNode, prefix: string, second: JsonObject): void {
  for (const name of Object.keys(object)) {
    if (!name.includes('.') || !isField(node, name.split('.'))) continue;
    const value = object[name] as Json;
    delete object[name];
    place(object, name.split('.'), value, prefix, second);
  }
  for (const name in object) {
    const value = object[name] as Json;
    if (!isObject(value)) continue;
    const child = node.children?.get(name);
    if (child?.type === 'object') fold(value, child, `${prefix}${name}.`, second);
  }
}

function isField(node: FieldNode, path: readonly string[]): boolean {
  let found: FieldNode | undefined = node;
  for (const part of path) found = found?.children?.get(part);
  return found !== undefined;
}

/** Puts a value where its path leads, unless something is there. */
function place(object: JsonObject, path: readonly string[], value: Json, prefix: string, second: JsonObject): void {
  const [name = '', ...rest] = path;
  const there = object[name];
  const vacant = there === undefined || there === null;
  if (rest.length > 0 && (vacant || isObject(there))) {
    if (vacant) object[name] = {};
    place(object[name] as JsonObject, rest, value, `${prefix}${name}.`, second);
  } else if (rest.length === 0 && vacant) {
    object[name] = value;
  } else if (rest.length === 0 && isObject(there) && isObject(value)) {
    for (const [inner, one] of Object.entries(value)) place(there, [inner], one, `${prefix}${name}.`, second);
  } else {
    second[prefix + path.join('.')] = value;
  }
}
