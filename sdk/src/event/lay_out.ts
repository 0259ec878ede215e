import { put } from '../record/access.js';
import { ECS_OBJECTS, type Shape } from './ecs_objects.js';

type Members = Record<string, unknown>;

interface LaidOut {
  laid: Members;
  /** What could not stand where it was given, by its path. */
  misfits: Members;
}

/**
 * An event's fields as nested objects: dotted names opened (`{'url.path': '/'}` → `{url: {path: '/'}}`; Elasticsearch
 * would join them anyway), and objects only where ECS has objects. Nothing is lost: what does not fit is in `misfits`.
 */
export function layOut(fields: Readonly<Members>): LaidOut {
  const laid: Members = {};
  const misfits: Members = {};
  for (const name of Object.keys(fields)) lay(laid, name, fields[name], misfits);
  refit(laid, ECS_OBJECTS, '', misfits);
  return { laid, misfits };
}

function lay(into: Members, name: string, value: unknown, misfits: Members): void {
  if (value === undefined) return;
  const parts = /^[\w@-]+(\.[\w@-]+)+$/.test(name) ? name.split('.') : [name];
  const last = parts.pop() as string;
  let at = into;
  let path = '';
  for (const part of parts) {
    path += `${part}.`;
    const below = own(at, part);
    if (below !== undefined && !isObject(below)) put(misfits, path.slice(0, -1), below);
    const next = isObject(below) ? { ...below } : {};
    put(at, part, next);
    at = next;
  }
  join(at, last, value, path + last, misfits);
}

/** Objects of one name become one; else an object wins over a value, and the later over the earlier. */
function join(at: Members, name: string, value: unknown, path: string, misfits: Members): void {
  const below = own(at, name);
  if (below === undefined) put(at, name, value);
  else if (isObject(below) && isObject(value)) {
    const both = { ...below };
    for (const key of Object.keys(value)) join(both, key, value[key], `${path}.${key}`, misfits);
    put(at, name, both);
  } else if (isObject(below)) put(misfits, path, value);
  else {
    put(misfits, path, below);
    put(at, name, value);
  }
}

function refit(at: Members, shape: Shape, path: string, misfits: Members): void {
  for (const name of Object.keys(shape)) {
    const value = own(at, name);
    if (value === undefined) continue;
    if (isObject(value)) {
      if (Object.keys(shape[name] as Shape).length === 0) continue;
      const copy = { ...value };
      refit(copy, shape[name] as Shape, `${path}${name}.`, misfits);
      put(at, name, copy);
    } else if (path === '' && name === 'error' && typeof value === 'string') at[name] = { message: value };
    else {
      put(misfits, path + name, value);
      delete at[name];
    }
  }
}

function own(at: Members, name: string): unknown {
  return Object.hasOwn(at, name) ? at[name] : undefined;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
