import { FIELDS, type FieldNode, type FieldType, fieldTree } from '../../../pipeline/elasticsearch/fields';
import type { Document } from '../lines/documents';

export type Value = string | number | boolean;

/** A document as a search sees it: each field's values by its dotted name, by the mapping's types; dates as ms. */
export interface Row {
  index: string;
  id: string;
  source: Record<string, unknown>;
  values: Map<string, Value[]>;
  /** Elements of nested fields, by path. */
  nested: Map<string, Row[]>;
  /** Of an element: the document. */
  parent: Row | undefined;
}

/** @param namespace third part of the data streams' names */
export function rowOf({ dataset, id, doc }: Document, namespace: string): Row {
  const row = emptyRow(`logs-${dataset}-${namespace}`, id, doc, undefined);
  flatten(doc, TREE, row);
  return row;
}

function emptyRow(index: string, id: string, source: Record<string, unknown>, parent: Row | undefined): Row {
  return { index, id, source, values: new Map(), nested: new Map(), parent };
}

/** The field table as a tree whose nodes know their dotted names. */
interface Node {
  path: string;
  type: FieldType | 'object';
  children: Map<string, Node>;
}

const TREE: Node = named(fieldTree(), '');

function named({ type, children }: FieldNode, path: string): Node {
  const inner = [...(children ?? [])].map(
    ([name, child]) => [name, named(child, path === '' ? name : `${path}.${name}`)] as const,
  );
  return { path, type, children: new Map(inner) };
}

function flatten(object: Record<string, unknown>, node: Node, row: Row): void {
  for (const name in object) {
    const value = object[name];
    const child = node.children.get(name);
    if (!child || value === undefined || value === null) continue;
    const { type, path } = child;
    if (type === 'object') flatten(value as Record<string, unknown>, child, row);
    else if (type === 'nested') {
      const elements = (Array.isArray(value) ? value : [value]) as Record<string, unknown>[];
      row.nested.set(
        path,
        elements.map((element) => {
          const inner = emptyRow(row.index, row.id, element, row);
          flatten(element, child, inner);
          return inner;
        }),
      );
    } else if (type !== 'stored' && type !== 'flattened') {
      const list = (Array.isArray(value) ? value : [value]) as Value[];
      row.values.set(path, type === 'date' ? list.map((one) => dateOf(one)) : list);
    }
  }
}

let lastText = '';
let lastTime = 0;

/** Elasticsearch's `date` keeps ms of whatever precision comes. */
export function dateOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === lastText) return lastTime;
  lastText = String(value);
  lastTime = Date.parse(lastText);
  return lastTime;
}

export function isDate(field: string): boolean {
  return FIELDS[field] === 'date';
}
